import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, it } from 'vitest';
import { changeFrom } from '../../../lambdas/data/images.ts';
import { headItem, memberItem, messageItem, scheduledItem } from '../../../lambdas/data/items.ts';
import { announcementOf } from '../../../lambdas/domain/change.ts';
import { publicConversation } from '../../../lambdas/domain/conversation.ts';
import { publicMessage } from '../../../lambdas/domain/message.ts';
import { publicScheduled } from '../../../lambdas/domain/scheduled-message.ts';
import { aHead, aMember, aMessage } from '../../helpers/memory-stores.ts';

const atMs = Date.UTC(2026, 0, 2);
const at = '2026-01-02T00:00:00.000Z';
const created = '2026-01-01T00:00:00.000Z';
const c1 = { conversationId: 'c1', membershipVersion: 3 };

const message = aMessage({ seq: 7, membershipVersion: 3 });
const head = aHead({ membershipVersion: 3, changedRev: 4, lastRev: 4 });
const member = aMember({ userId: 'bob', lastReadSeq: 5 });
const details = { avatarUrl: 'https://example.org/a.png', metadata: { colour: 'red' } };
const person = (userId: string) => ({ userId, role: 'member' as const, joinedSeq: 0 });

/** An item as a write leaves it, with what it announces. */
const written = (item: object, emit: string, changed?: object) => ({ ...item, emit, ...(changed && { changed }) });
const announced = (item: object) => announcementOf(changeFrom(marshall(item, { removeUndefinedValues: true })));

const event = (type: string, when: string, data: object) => ({ type, conversationId: 'c1', at: when, data });

interface Row {
  write: string;
  item: object;
  events: object[];
  more?: object;
}

const onMessages: Row[] = [
  {
    write: 'a new message tells everyone but the connection that sent it, and pushes to who is away',
    item: messageItem({ ...message, via: 'conn' }),
    events: [event('message.created', created, { message: publicMessage(message) })],
    more: { exceptConnectionId: 'conn', push: { seq: 7, senderId: 'alice', atMs: Date.UTC(2026, 0, 1) } },
  },
  {
    write: 'the first message of an hour also moves its conversation up',
    item: messageItem({ ...message, movesActivityToMs: atMs }),
    events: [event('message.created', created, { message: publicMessage(message) })],
    more: { push: { seq: 7, senderId: 'alice', atMs: Date.UTC(2026, 0, 1) }, movesActivityToMs: atMs },
  },
  {
    write: 'an edit tells the members of its own time, not of the time of the message',
    item: written(messageItem({ ...message, text: 'new', editedAtMs: atMs, rev: 4, via: 'conn' }), 'message.updated', {
      atMs,
      membershipVersion: 5,
    }),
    events: [
      event('message.updated', at, { message: { ...publicMessage(message), text: 'new', editedAt: at, rev: 4 } }),
    ],
    more: { membershipVersion: 5 },
  },
  {
    write: 'a deletion by a frame spares the connection that has the reply',
    item: written(messageItem({ ...message, deletedAtMs: atMs, rev: 4 }), 'message.deleted', {
      atMs,
      membershipVersion: 3,
      via: 'conn',
    }),
    events: [event('message.deleted', at, { message: { ...publicMessage(message), deletedAt: at, rev: 4 } })],
    more: { exceptConnectionId: 'conn' },
  },
  ...(['reaction.added', 'reaction.removed'] as const).map((type) => ({
    write: `${type} tells who, what and how many`,
    item: written(messageItem({ ...message, rev: 9 }), type, {
      atMs,
      membershipVersion: 3,
      userId: 'bob',
      emoji: '👍',
      count: 2,
      rev: 4,
    }),
    events: [event(type, at, { messageId: 'c1.7', userId: 'bob', emoji: '👍', count: 2, rev: 4 })],
  })),
];

const onMembers: Row[] = (['receipt.read', 'receipt.delivered'] as const).map((type) => ({
  write: `${type} tells how far`,
  item: written(memberItem(member, 0), type, { atMs, membershipVersion: 3, seq: 5 }),
  events: [event(type, at, { userId: 'bob', seq: 5 })],
}));

const onHeads: Row[] = [
  {
    write: 'a new conversation comes whole',
    item: headItem(head, { emit: 'conversation.created', changed: { atMs, details } }),
    events: [event('conversation.created', at, { conversation: publicConversation(head, details) })],
  },
  ...(['conversation.updated', 'conversation.closed'] as const).map((type) => ({
    write: `${type} comes whole`,
    item: headItem({ ...head, closedAtMs: atMs }, { emit: type, changed: { atMs, details } }),
    events: [event(type, at, { conversation: { ...publicConversation(head, details), closed: true } })],
  })),
  {
    write: 'new members are told with all the others',
    item: headItem(head, { emit: 'membership.changed', changed: { atMs, added: [person('bob'), person('cyd')] } }),
    events: ['bob', 'cyd'].map((userId) => event('member.added', at, { member: person(userId) })),
    more: { membership: { memberCount: 2, added: ['bob', 'cyd'], removed: [], concerned: ['bob', 'cyd'] } },
  },
  {
    write: 'a removed member learns of it although no longer one',
    item: headItem(head, { emit: 'membership.changed', changed: { atMs, removed: [person('bob')] } }),
    events: [event('member.removed', at, { member: person('bob') })],
    more: { membership: { memberCount: 2, added: [], removed: ['bob'], concerned: ['bob'] } },
  },
  {
    write: 'an owner who leaves to a successor is both at once',
    item: headItem(head, {
      emit: 'membership.changed',
      changed: { atMs, removed: [person('ann')], updated: [{ ...person('bob'), role: 'owner' }] },
    }),
    events: [
      event('member.removed', at, { member: person('ann') }),
      event('member.updated', at, { member: { ...person('bob'), role: 'owner' } }),
    ],
    more: { membership: { memberCount: 2, added: [], removed: ['ann'], concerned: ['ann', 'bob'] } },
  },
];

describe('an image of the stream', () => {
  it('of a scheduled message that failed is for its sender alone, member or not', () => {
    const failed = {
      conversationId: 'c1',
      senderId: 'ann',
      scheduledId: 's1',
      clientMessageId: 'm1',
      type: 'text' as const,
      text: 'Later',
      sendAtMs: atMs,
      createdAtMs: 0,
      status: 'failed' as const,
      version: 3,
      schedule: 'name-1',
      failure: { code: 'FORBIDDEN' as const, message: 'unable to send the message; no member' },
    };
    const item = scheduledItem(failed, { emit: 'scheduled.failed', changed: { atMs } });
    expect(announced(item)).toEqual({
      conversationId: 'c1',
      membershipVersion: 0,
      onlyTo: 'ann',
      events: [event('scheduled.failed', at, { scheduledMessage: publicScheduled(failed) })],
    });
  });

  it.each([...onMessages, ...onMembers, ...onHeads])('$write', ({ item, events, more }) => {
    expect(announced(item)).toEqual({ ...c1, events, ...more });
  });

  it.each([['nothing'], ['toString'], [undefined]])('that announces %s can not be understood', (emit) => {
    expect(() => announced({ ...headItem(head), emit })).toThrow('its emit names no event');
  });
});
