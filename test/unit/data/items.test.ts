import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as items from '../../../lambdas/data/items.ts';
import type { Item } from '../../../lambdas/data/table.ts';
import { aHead, aMember, aMessage } from '../../helpers/memory-stores.ts';

const atMs = Date.UTC(2026, 0, 1);
const hostile = fc.oneof(fc.string({ minLength: 1, maxLength: 12 }), fc.constantFrom('a#b', '%23', '#️⃣', 'HEAD'));

/** What was put in, and what comes back out of its item. */
const roundTrips: [kind: string, of: (id: string, user: string) => [unknown, unknown]][] = [
  [
    'a head',
    (conversationId) => {
      const head = aHead({
        conversationId,
        context: { type: 'order', id: '7' },
        visibility: 'public',
        posting: 'moderators',
        lastRevAtMs: atMs,
        previousActivityAtMs: atMs,
        hasDetails: true,
      });
      const announcement = { emit: 'conversation.updated' as const, changed: { atMs } };
      return [head, items.headFrom(items.headItem(head, announcement))];
    },
  ],
  [
    'details',
    (id) => {
      const details = { avatarUrl: 'https://example.org', metadata: { entity: 'x', PK: 'y' } };
      return [details, items.detailsFrom(items.detailsItem(id, details))];
    },
  ],
  [
    'a member',
    (conversationId, userId) => {
      const member = aMember({ conversationId, userId, pinned: true, mutedUntilMs: atMs, notify: 'mentions' });
      return [member, items.memberFrom(items.memberItem(member, atMs))];
    },
  ],
  [
    'a sender',
    (conversationId, userId) => {
      const sender = { conversationId, userId, recentSends: { key: 1 } };
      return [sender, items.senderFrom(items.senderItem(sender))];
    },
  ],
  [
    'a message',
    (conversationId, user) => {
      const message = aMessage({
        conversationId,
        replyTo: 3,
        mentions: [user],
        reactions: { '👍': { count: 1, rev: 2 } },
        forwardedFrom: { messageId: 'c2.1', senderId: user },
        movesActivityToMs: atMs,
      });
      return [message, items.messageFrom(items.messageItem(message))];
    },
  ],
  [
    'a message without reactions',
    (conversationId) => {
      const message = aMessage({ conversationId });
      return [message, items.messageFrom(items.messageItem(message))];
    },
  ],
  [
    'a revision',
    (conversationId, editedBy) => {
      const revision = { conversationId, seq: 1, rev: 2, editedBy, atMs, text: 'before' };
      return [revision, items.revisionFrom(items.revisionItem(revision))];
    },
  ],
  [
    'a mark',
    (conversationId) => {
      const mark = { conversationId, rev: 2, seq: 1, atMs };
      return [mark, items.markFrom(items.markItem(mark))];
    },
  ],
  [
    'a reaction',
    (conversationId, userId) => {
      const reaction = { conversationId, seq: 1, emoji: userId, userId, atMs };
      return [reaction, items.reactionFrom(items.reactionItem(reaction))];
    },
  ],
  [
    'pins',
    (id) => {
      const pins = [
        { seq: 1, atMs },
        { seq: 20, atMs: atMs + 1 },
      ];
      return [pins, items.pinsFrom(items.pinsItem(id, pins))];
    },
  ],
  [
    'a profile',
    (_, userId) => {
      const profile = { displayName: 'Ann', metadata: { team: 1 } };
      return [profile, items.profileFrom(items.profileItem(userId, profile))];
    },
  ],
  [
    'a block',
    (blockedUserId, userId) => {
      const block = { userId, blockedUserId, atMs };
      return [block, items.blockFrom(items.blockItem(block))];
    },
  ],
  [
    'a device',
    (deviceId, userId) => {
      const device = { userId, deviceId, platform: 'fcm' as const, token: 't', endpointArn: 'a', registeredAtMs: atMs };
      return [device, items.deviceFrom(items.deviceItem(device))];
    },
  ],
];

describe('what comes back from the table is what was put there', () => {
  it.each(roundTrips)('%s', (_, of) => {
    fc.assert(
      fc.property(hostile, hostile, (id, user) => {
        const [before, after] = of(id, user);
        expect(after).toEqual(before);
      }),
      { numRuns: 50 },
    );
  });
});

describe('in the index stands', () => {
  const standsAt = ({ GSI1PK, GSI1SK }: Item) => [GSI1PK, GSI1SK];

  it.each([
    [
      'a reply, under what it answers',
      items.messageItem(aMessage({ seq: 7, replyTo: 3 })),
      'REPLIES#c1#0000000000000003',
    ],
    ['no other message', items.messageItem(aMessage({ seq: 7 })), undefined],
    [
      'a public channel, among all of them',
      items.headItem(aHead({ type: 'channel', visibility: 'public' })),
      'CHANNELS',
    ],
    ['no private one', items.headItem(aHead({ type: 'channel' })), undefined],
    ['none that is closed', items.headItem(aHead({ visibility: 'public', closedAtMs: 1 })), undefined],
  ])('%s', (_, item, partition) => {
    expect(standsAt(item)[0]).toBe(partition);
  });

  it('a channel by its title whatever the case', () => {
    const [, sortKey] = standsAt(items.headItem(aHead({ visibility: 'public', title: 'ＴＥＡ #1' })));
    expect(sortKey).toBe('tea %231#c1');
  });
});
