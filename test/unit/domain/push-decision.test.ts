import { describe, expect, test } from 'vitest';
import type { NotificationSettings } from '../../../contract/notification.ts';
import type { Connection } from '../../../lambdas/domain/connection.ts';
import type { Member } from '../../../lambdas/domain/conversation.ts';
import { decidePush, type PushQuestion } from '../../../lambdas/domain/push-decision.ts';
import { aMember, aMessage } from '../../helpers/memory-stores.ts';

const nowMs = Date.UTC(2026, 0, 1, 12);
const settings: NotificationSettings = { push: true, sms: false, preview: 'full' };
const nightShift = { start: '11:00', end: '13:00', timeZone: 'UTC' };
const connected = (joined: string[] = []): Connection => ({
  connectionId: 'c',
  userId: 'bob',
  openedAtMs: 0,
  expiresAtMs: nowMs + 1,
  joined,
});
const asBob = (over: Partial<Member> = {}) => aMember({ userId: 'bob', ...over });

/** Bob, a member who has not seen Alice's seventh message, as everything else leaves it. */
const decide = (over: Partial<PushQuestion> = {}) => {
  const decision = decidePush({
    nowMs,
    userId: 'bob',
    head: {},
    member: asBob(),
    message: aMessage({ seq: 7 }),
    settings,
    connections: [],
    isBlocked: false,
    quietHours: 'defer',
    ...over,
  });
  return decision.outcome === 'drop' ? decision.reason : decision.outcome;
};

/** Each thing that the decision depends on, with what it may be and what that alone makes of a push. */
const factors: Record<string, [name: string, over: Partial<PushQuestion>, alone: string][]> = {
  settings: [
    ['push', {}, 'push'],
    ['SMS alone', { settings: { ...settings, push: false, sms: true } }, 'push'],
    ['neither', { settings: { ...settings, push: false } }, 'off'],
  ],
  sender: [
    ['another', {}, 'push'],
    ['bob himself', { message: aMessage({ seq: 7, senderId: 'bob' }) }, 'own'],
    ['another, deleted', { message: aMessage({ seq: 7, deletedAtMs: 1 }) }, 'deleted'],
  ],
  conversation: [
    ['open', {}, 'push'],
    ['closed', { head: { closedAtMs: 1 } }, 'closed'],
  ],
  membership: [
    ['as it was', {}, 'push'],
    ['over', { member: undefined }, 'left'],
    ['begun after the message', { member: asBob({ joinedSeq: 7, lastReadSeq: 0 }) }, 'beforeJoin'],
    ['pushed about this', { member: asBob({ notifiedSeq: 7 }) }, 'covered'],
    ['pushed about what was before', { member: asBob({ notifiedSeq: 6 }) }, 'push'],
    ['has read it', { member: asBob({ lastReadSeq: 7 }) }, 'read'],
    ['has read what was before', { member: asBob({ lastReadSeq: 6 }) }, 'push'],
    ['muted', { member: asBob({ mutedUntilMs: nowMs + 1 }) }, 'muted'],
    ['no longer muted', { member: asBob({ mutedUntilMs: nowMs }) }, 'push'],
    ['wants mentions alone', { member: asBob({ notify: 'mentions' }) }, 'level'],
    ['wants nothing of it', { member: asBob({ notify: 'none' }) }, 'level'],
    ['blocked by the other of two', { member: asBob({ blockedAtMs: 1 }) }, 'blocked'],
    ['has blocked the other of two', { member: asBob({ hasBlockedAtMs: 1 }) }, 'blocked'],
    ['has received it', { member: asBob({ confirmedSeq: 7 }) }, 'push'],
  ],
  connections: [
    ['none', {}, 'push'],
    ['one, looking elsewhere', { connections: [connected(['c2'])] }, 'push'],
    ['one of two, looking at it', { connections: [connected(), connected(['c1'])] }, 'looking'],
  ],
  blocks: [
    ['none', {}, 'push'],
    ['one', { isBlocked: true }, 'blocked'],
  ],
  hours: [
    ['any', {}, 'push'],
    ['quiet', { settings: { ...settings, quietHours: nightShift } }, 'defer'],
    [
      'quiet, where the stage drops',
      { settings: { ...settings, quietHours: nightShift }, quietHours: 'drop' },
      'quiet',
    ],
    ['not quiet now', { settings: { ...settings, quietHours: { ...nightShift, end: '11:30' } } }, 'push'],
  ],
};

/** Of several reasons against a push, the first of these is told. */
const order = [
  'left',
  'off',
  'own',
  'closed',
  'deleted',
  'beforeJoin',
  'covered',
  'read',
  'looking',
  'delivered',
  'muted',
  'level',
  'blocked',
  'quiet',
  'defer',
  'push',
];

describe('a push', () => {
  const alone = Object.entries(factors).flatMap(([factor, values]) =>
    values.map(([name, over, expected]) => ({ factor, name, over, expected })),
  );
  test.each(alone)('with $factor: $name, is $expected', ({ over, expected }) => {
    expect(decide(over)).toBe(expected);
  });

  test.each<[string, Partial<PushQuestion>, string]>([
    [
      'a mention, for who wants no others',
      { member: asBob({ notify: 'mentions' }), message: aMessage({ seq: 7, mentions: ['bob'] }) },
      'push',
    ],
    [
      'a mention of somebody else',
      { member: asBob({ notify: 'mentions' }), message: aMessage({ seq: 7, mentions: ['eve'] }) },
      'level',
    ],
    [
      'an answer to bob, for who wants mentions',
      { member: asBob({ notify: 'mentions' }), answeredUserId: 'bob' },
      'push',
    ],
    ['an answer to somebody else', { member: asBob({ notify: 'mentions' }), answeredUserId: 'eve' }, 'level'],
    [
      'a mention, for who wants nothing',
      { member: asBob({ notify: 'none' }), message: aMessage({ seq: 7, mentions: ['bob'] }) },
      'level',
    ],
    [
      'a mention, for who has muted it',
      { member: asBob({ mutedUntilMs: nowMs + 1 }), message: aMessage({ seq: 7, mentions: ['bob'] }) },
      'muted',
    ],
    [
      'taken by a connection, without a word of its client',
      { member: asBob({ lastDeliveredSeq: 7 }), connections: [connected()] },
      'push',
    ],
    ['received, and connected', { member: asBob({ confirmedSeq: 7 }), connections: [connected()] }, 'delivered'],
    [
      'connected, and received what was before',
      { member: asBob({ confirmedSeq: 6 }), connections: [connected()] },
      'push',
    ],
    ['encrypted', { message: aMessage({ seq: 7, encrypted: { algorithm: 'a', ciphertext: 'c' } }) }, 'push'],
    ['from the system', { message: aMessage({ seq: 7, type: 'system' }) }, 'push'],
  ])('about %s', (_, over, expected) => {
    expect(decide(over)).toBe(expected);
  });

  test('is, in every combination of all these, what the first reason says', () => {
    let combinations = 0;
    for (const chosen of product(Object.values(factors))) {
      const question = chosen.reduce<Partial<PushQuestion>>((all, [, over]) => merged(all, over), {});
      const expected = chosen.map(([, , outcome]) => outcome);
      const isReceived = question.member?.confirmedSeq === 7 && question.connections !== undefined;
      const first = order.find((outcome) => [...expected, ...(isReceived ? ['delivered'] : [])].includes(outcome));
      expect([chosen.map(([name]) => name), decide(question)]).toEqual([chosen.map(([name]) => name), first]);
      combinations += 1;
    }
    expect(combinations).toBe(3 * 3 * 2 * 14 * 3 * 2 * 4);
  });
});

/** Settings are chosen by two factors: what each of them says holds. */
const merged = (all: Partial<PushQuestion>, over: Partial<PushQuestion>): Partial<PushQuestion> => ({
  ...all,
  ...over,
  ...(over.settings && { settings: { ...settings, ...all.settings, ...quietOf(over.settings) } }),
});

/** Of the settings of the factor hours, the hours. */
const quietOf = (given: NotificationSettings) => (given.quietHours ? { quietHours: given.quietHours } : given);

function product<Value>([first, ...rest]: Value[][]): Value[][] {
  if (!first) return [[]];
  const others = product(rest);
  return first.flatMap((value) => others.map((other) => [value, ...other]));
}
