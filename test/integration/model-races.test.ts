import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { ConversationSummary } from '../../contract/conversation.ts';
import type { Role } from '../../contract/member.ts';
import type { MessagePage } from '../../contract/message.ts';
import type { ReactionPage } from '../../contract/reaction.ts';
import type { SyncAnswer } from '../../contract/sync.ts';
import { systemRandomness } from '../../lambdas/runtime/randomness.ts';
import { isOf } from '../helpers/client-socket.ts';
import { freezeTime } from '../helpers/frozen-time.ts';
import { type Delivery, startDelivery } from './model/delivery.ts';
import { listenTo, snapshotOf } from './model/hearing.ts';
import { catchUp, logOf, newReplica, type Replica } from './model/replica.ts';
import { seenMessage } from './model/views.ts';
import { testimonyOf } from './model/witness.ts';
import { type Asked, good, startWholeChat, type WholeChat } from './whole-chat.ts';

/** What several users do in the same moment: no model says who is first, but all that is told afterwards must agree. */

let chat: WholeChat;
let delivery: Delivery;
beforeAll(async () => {
  chat = await startWholeChat();
  delivery = await startDelivery(chat);
});
afterAll(async () => {
  await delivery.close();
  await chat.close();
});
freezeTime();

const one = '/v1/conversations/{conversationId}';
const aMessage = '/v1/messages/{messageId}';

/** Where, about which message, and what makes it another one than the rest. */
interface Scene {
  conversation: { conversationId: string };
  message: { messageId: string };
  friend: string;
  guest: string;
  label: string;
}

type Deed = (scene: Scene) => [routeKey: string, asked: Asked];

const deeds: Record<string, Deed> = {
  send: ({ conversation, label }) => [
    `POST ${one}/messages`,
    { params: conversation, body: { clientMessageId: label, text: label } },
  ],
  repeat: ({ conversation }) => [
    `POST ${one}/messages`,
    { params: conversation, body: { clientMessageId: 'again', text: 'again' } },
  ],
  reply: ({ conversation, message, label }) => [
    `POST ${one}/messages`,
    { params: conversation, body: { clientMessageId: label, text: label, replyTo: message.messageId } },
  ],
  edit: ({ message, label }) => [`PATCH ${aMessage}`, { params: message, body: { text: `edited ${label}` } }],
  delete: ({ message }) => [`DELETE ${aMessage}`, { params: message }],
  like: ({ message }) => [`PUT ${aMessage}/reactions/{emoji}`, { params: { ...message, emoji: '👍' } }],
  love: ({ message }) => [`PUT ${aMessage}/reactions/{emoji}`, { params: { ...message, emoji: '❤️' } }],
  unlike: ({ message }) => [`DELETE ${aMessage}/reactions/{emoji}`, { params: { ...message, emoji: '👍' } }],
  pin: ({ message }) => [`PUT ${aMessage}/pin`, { params: message }],
  unpin: ({ message }) => [`DELETE ${aMessage}/pin`, { params: message }],
  read: ({ conversation }) => [`POST ${one}/read`, { params: conversation, body: {} }],
  deliver: ({ conversation }) => [`POST ${one}/delivered`, { params: conversation, body: {} }],
  rename: ({ conversation, label }) => [`PATCH ${one}`, { params: conversation, body: { title: label } }],
  invite: ({ conversation, guest }) => [`POST ${one}/members`, { params: conversation, body: { userIds: [guest] } }],
  expel: ({ conversation, guest }) => [
    `DELETE ${one}/members/{userId}`,
    { params: { ...conversation, userId: guest } },
  ],
  promote: ({ conversation, friend }) => [
    `PATCH ${one}/members/{userId}`,
    { params: { ...conversation, userId: friend }, body: { role: 'moderator' } },
  ],
  demote: ({ conversation, friend }) => [
    `PATCH ${one}/members/{userId}`,
    { params: { ...conversation, userId: friend }, body: { role: 'member' } },
  ],
};

const atOnce = 8;
const bursts = 12;
/** After this long a number that was given out and not used is known to stay unused. */
const settledAfterMs = 60_000;

const aDeed = fc.record({
  name: fc.constantFrom(...Object.keys(deeds), 'send', 'send', 'like', 'edit'),
  user: fc.nat(3),
  seq: fc.integer({ min: 1, max: 12 }),
});
type Step = { name: string; user: number; seq: number };

interface Group {
  users: string[];
  founders: Map<string, Role>;
  conversationId: string;
  guest: string;
  replicas: Map<string, Replica>;
}

async function newGroup(): Promise<Group> {
  const [owner = '', ...others] = ['ann', 'bob', 'cas', 'dan'].map((name) => `${name}-${systemRandomness.id()}`);
  const body = { type: 'group', title: 'Race', memberIds: others };
  const made = await chat.ask('POST /v1/conversations', { userId: owner }, { body });
  const users = [owner, ...others];
  for (const user of users) await delivery.connect(user, user);
  return {
    users,
    founders: new Map(users.map((user) => [user, user === owner ? 'owner' : 'member'])),
    conversationId: good<{ conversation: ConversationSummary }>(made).conversation.id,
    guest: `eve-${systemRandomness.id()}`,
    replicas: new Map(users.map((user) => [user, newReplica()])),
  };
}

const syncOf = ({ replicas }: Group, userId: string) =>
  catchUp(replicas.get(userId) ?? newReplica(), async (body) =>
    good<SyncAnswer>(await chat.ask('POST /v1/sync', { userId }, { body })),
  );

/** Each does their own, and every device syncs in the midst of it. */
async function burst(group: Group, steps: Step[], turn: number): Promise<void> {
  const { users, conversationId, guest } = group;
  const answers = steps.map(({ name, user, seq }, position) => {
    const scene: Scene = {
      conversation: { conversationId },
      message: { messageId: `${conversationId}.${seq}` },
      friend: users[1] ?? '',
      guest,
      label: `${turn}-${position}`,
    };
    const deed = deeds[name];
    if (!deed) throw new Error(`nobody can ${name}`);
    return chat.ask(deed(scene)[0], { userId: users[user] ?? '' }, deed(scene)[1]);
  });
  const [statuses] = await Promise.all([Promise.all(answers), ...users.map((user) => syncOf(group, user))]);
  expect(statuses.filter(({ status }) => status === 500)).toEqual([]);
}

async function allAgree(group: Group): Promise<void> {
  vi.setSystemTime(Date.now() + settledAfterMs);
  for (const userId of group.users) await syncOf(group, userId);
  await delivery.deliver();
  const { conversationId } = group;
  for (const userId of group.users) {
    const log = await logFor(userId, conversationId);
    const kept = group.replicas.get(userId)?.kept.get(conversationId);
    expect(kept && logOf(kept).map(seenMessage)).toEqual(log.map(seenMessage));
    await countsAreRight(userId, conversationId, log);
    const events = delivery.eventsTo(userId).filter((event) => isOf(event, conversationId));
    expect(testimonyOf(listenTo(group.founders, events))).toEqual(await snapshotOf({ chat }, userId, conversationId));
  }
}

const logFor = async (userId: string, conversationId: string) => {
  const asked = { params: { conversationId }, query: { limit: '100' } };
  return good<MessagePage>(await chat.ask(`GET ${one}/messages`, { userId }, asked)).messages;
};

async function countsAreRight(userId: string, conversationId: string, log: MessagePage['messages']): Promise<void> {
  const shown = await chat.ask(`GET ${one}`, { userId }, { params: { conversationId } });
  const { conversation } = good<{ conversation: ConversationSummary }>(shown);
  const unread = log.filter(({ seq, senderId }) => seq > conversation.lastReadSeq && senderId !== userId);
  expect(conversation.unreadCount).toBe(unread.length);
  for (const { id, reactions = {} } of log) {
    const answer = await chat.ask(`GET ${aMessage}/reactions`, { userId }, { params: { messageId: id } });
    const given = Object.groupBy(good<ReactionPage>(answer).reactions, ({ emoji }) => emoji);
    const counts = Object.entries(given).map(([emoji, users = []]) => [emoji, users.length]);
    expect(Object.entries(reactions).map(([emoji, { count }]) => [emoji, count])).toEqual(
      expect.arrayContaining(counts),
    );
    expect(Object.keys(reactions)).toHaveLength(counts.length);
  }
}

test('whatever users do at once, history, sync, counts and events agree in the end', async () => {
  const aBurst = fc.array(aDeed, { minLength: atOnce, maxLength: atOnce });
  const aRace = fc.array(aBurst, { minLength: bursts, maxLength: bursts });
  await fc.assert(
    fc.asyncProperty(aRace, async (race) => {
      const group = await newGroup();
      for (const [turn, steps] of race.entries()) await burst(group, steps, turn);
      await allAgree(group);
    }),
    { numRuns: 6, endOnFailure: true },
  );
}, 240_000);
