import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type DomainEvent, type DomainEventType, domainEventSchemas } from '../../../contract/domain-event.ts';
import { limits } from '../../../contract/limits.ts';
import type { MembershipChange } from '../../../lambdas/domain/change.ts';
import { domainEventsOf, type PublishedChange } from '../../../lambdas/domain/domain-events.ts';
import { notificationEvent, presenceEvent } from '../../../lambdas/domain/user-events.ts';
import { aHead, aMessage } from '../../helpers/memory-stores.ts';

const at = '2026-11-21T03:15:00.000Z';
const atMs = Date.parse(at);
const mostUsers = limits.domainEventUsers;
const changed = { atMs, membershipVersion: 1 };
const head = aHead({ changedRev: 11, memberCount: 3, context: { type: 'order', id: '4711' } });
const usersOf = (count: number) => Array.from({ length: count }, (_, n) => `user-${String(n).padStart(4, '0')}`);

const eventsOf = (change: PublishedChange, memberIds: string[] = ['alice', 'bob', 'carol'], around = head) =>
  domainEventsOf(change, { head: around, memberIds, mostUsers });
const detailOf = (...given: Parameters<typeof eventsOf>) => eventsOf(...given)[0]?.detail;
const schemaOf = (type: string) => domainEventSchemas[type as DomainEventType];

const created = aMessage({ createdAtMs: atMs, mentions: ['bob'], replyTo: 5, seq: 7 });
const member = { userId: 'dan', role: 'member' as const, joinedSeq: 6 };
const membership: MembershipChange = { atMs, added: [member], removed: [member], updated: [member] };
const details = { avatarUrl: 'https://a.example/1.png', metadata: { priority: 1 } };
const told = { userId: 'bob', conversationId: 'c1', messageId: 'c1.7' };
const device = { deviceId: 'phone', platform: 'fcm' as const };

/** One of each type, and some of them in more than one form. */
const all: DomainEvent[] = [
  ...eventsOf({ emit: 'message.created', message: created }),
  ...eventsOf({ emit: 'message.updated', message: { ...created, rev: 3, editedAtMs: atMs, pinned: true }, changed }),
  ...eventsOf({ emit: 'message.deleted', message: { ...created, rev: 4, deletedBy: 'bob' }, changed }),
  ...eventsOf({ emit: 'conversation.created', head, changed: { atMs, details } }),
  ...eventsOf({ emit: 'conversation.updated', head: { ...head, slowModeSeconds: 5 }, changed: { atMs, details } }),
  ...eventsOf({ emit: 'conversation.closed', head: { ...head, closedAtMs: atMs }, changed: { atMs } }),
  ...eventsOf({ emit: 'membership.changed', head, changed: membership }),
  ...(['online', 'offline'] as const).flatMap((status) => presenceEvent('ann', { status, lastSeenAt: at }, atMs) ?? []),
  notificationEvent({ ...told, device }, atMs),
  notificationEvent({ ...told, reason: 'refused' }, atMs),
];

describe('the events', () => {
  test.each(all)('$detailType says what its schema says, and nothing beside', ({ detailType, detail }) => {
    expect(schemaOf(detailType).parse(detail)).toEqual(detail);
    expect(detail).toMatchObject({ version: 1, at });
  });

  test('are of every type, each with an id of its own', () => {
    expect(all.map(({ detailType }) => detailType).toSorted()).toEqual(Object.keys(domainEventSchemas).toSorted());
    expect(new Set(all.map(({ detail }) => detail.id)).size).toBe(all.length);
  });

  test('keep ids apart whose parts hold what separates them', () => {
    const idWith = (userId: string, deviceId: string) =>
      notificationEvent({ ...told, userId, device: { ...device, deviceId } }, atMs).detail.id;
    expect(idWith('a:push:b', 'c')).not.toBe(idWith('a', 'b:push:c'));
  });
});

describe('a message', () => {
  const message = (over: Parameters<typeof aMessage>[0]) =>
    detailOf({ emit: 'message.created', message: aMessage(over) });

  test('says how it begins, who gets it and what it answers', () => {
    expect(detailOf({ emit: 'message.created', message: created })).toEqual({
      version: 1,
      id: 'message.created:c1.7',
      at,
      conversation: { id: 'c1', type: 'group', title: 'A group', context: { type: 'order', id: '4711' } },
      sender: { userId: 'alice' },
      message: { id: 'c1.7', seq: 7, type: 'text', preview: 'hello', mentions: ['bob'], replyTo: 'c1.5' },
      recipients: ['bob', 'carol'],
      recipientCount: 2,
    });
  });

  test('is cut where it is long', () => {
    expect(JSON.stringify(message({ text: 'a'.repeat(5_000) })).length).toBeLessThan(600);
  });

  test('that is encrypted says nothing of its content, even where there is text beside', () => {
    const envelope = { algorithm: 'olm', ciphertext: 'c2VjcmV0' };
    const said = message({ text: 'a secret', encrypted: envelope });
    expect(said).toMatchObject({ message: { isEncrypted: true } });
    expect(JSON.stringify(said)).not.toMatch(/secret|c2VjcmV0|olm/);
  });

  test('that is deleted says who deleted it, and nothing that it said', () => {
    const gone = detailOf({ emit: 'message.deleted', message: { ...created, rev: 4, deletedBy: 'bob' }, changed });
    expect(gone).toMatchObject({ message: { id: 'c1.7', seq: 7, type: 'text', rev: 4 }, deletedBy: { userId: 'bob' } });
    expect(JSON.stringify(gone)).not.toContain('hello');
  });

  test.each([
    ['a hundred members, the sender among them', 100, 'user-0000', 99, 99],
    ['a hundred, and a backend that is none', 100, 'a backend', 100, 100],
    ['five thousand', 5_000, 'user-0000', 100, 4_999],
    ['a hundred and one', 101, 'user-0100', 100, 100],
  ])('to %s names at most a hundred and counts all', (_, members, senderId, named, count) => {
    const firstMembers = usersOf(members).slice(0, mostUsers + 1);
    const around = { ...head, memberCount: members };
    const detail = detailOf({ emit: 'message.created', message: aMessage({ senderId }) }, firstMembers, around);
    expect(detail).toMatchObject({ recipients: expect.any(Array), recipientCount: count });
    expect(detail && 'recipients' in detail ? detail.recipients : []).toHaveLength(named);
    expect(JSON.stringify(detail)).not.toContain(`"recipients":["${senderId}"`);
  });
});

describe('a conversation', () => {
  test('says who is in it when it is made, and all about it but what is said', () => {
    const lastMessage = { senderId: 'alice', type: 'text' as const, text: 'a secret', atMs };
    const detail = detailOf({
      emit: 'conversation.created',
      head: { ...head, lastMessage },
      changed: { atMs, details },
    });
    expect(detail).toMatchObject({
      memberIds: ['alice', 'bob', 'carol'],
      conversation: { memberCount: 3, ...details },
    });
    expect(JSON.stringify(detail)).not.toMatch(/secret|lastSeq|lastActivity/);
  });

  test('whose membership changes tells of each who is concerned, who goes first', () => {
    const others = { ...membership, added: [member, { ...member, userId: 'eve' }] };
    const events = eventsOf({ emit: 'membership.changed', head, changed: others });
    expect(events.map(({ detail }) => detail.id)).toEqual([
      'member.removed:c1:11:dan',
      'member.updated:c1:11:dan',
      'member.added:c1:11:dan',
      'member.added:c1:11:eve',
    ]);
  });
});

test('of who is away there is no event', () => {
  expect(presenceEvent('ann', { status: 'away' }, atMs)).toBeUndefined();
});

describe('the largest that the contract allows', () => {
  /** Three bytes a character, as the longest of a UTF-16 code unit has. */
  const longId = (n: number) => `${n}`.padStart(limits.idLength, '話');
  const longIds = (count: number) => Array.from({ length: count }, (_, n) => longId(n));
  const quoted = '"'.repeat(limits.titleLength);
  const largest = { ...head, title: quoted, context: { type: 't'.repeat(64), id: '"'.repeat(128) }, memberCount: 1e9 };
  const metadata = { m: 'x'.repeat(limits.metadataBytes - 8) };
  const avatarUrl = `https://${'話'.repeat(limits.urlLength - 8)}`;

  test.each<[string, PublishedChange]>([
    [
      'message',
      {
        emit: 'message.created',
        message: aMessage({
          senderId: longId(200),
          mentions: longIds(limits.mentions),
          text: '"'.repeat(5_000),
          replyTo: 1,
        }),
      },
    ],
    [
      'conversation',
      { emit: 'conversation.created', head: largest, changed: { atMs, details: { metadata, avatarUrl } } },
    ],
  ])('%s is one event to pay for: at most 64 KB', (_, change) => {
    const [event] = eventsOf(change, longIds(mostUsers + 1), largest);
    const bytes = Buffer.byteLength(JSON.stringify(event?.detail) + event?.detailType) + 'parley.a-stage'.length + 14;
    expect(bytes).toBeGreaterThan(32 * 1_024);
    expect(bytes).toBeLessThanOrEqual(64 * 1_024);
  });
});

describe('docs/domain-events.md', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/domain-events.md'), 'utf8');
  const examples = [...page.matchAll(/<!-- example: (chat[\w. ]+) -->\n```json\n([\s\S]*?)```/g)].flatMap(
    ([, types = '', json = '']) => types.split(' ').map((type) => ({ type, detail: JSON.parse(json) })),
  );

  test.each(examples)('shows $type as its schema has it', ({ type, detail }) => {
    expect(schemaOf(type).parse(detail)).toEqual(detail);
  });

  test('shows every type', () => {
    expect(examples.map(({ type }) => type).toSorted()).toEqual(Object.keys(domainEventSchemas).toSorted());
  });
});
