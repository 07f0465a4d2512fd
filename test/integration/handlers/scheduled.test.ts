import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ConversationSummary } from '../../../contract/conversation.ts';
import type { Message, MessagePage } from '../../../contract/message.ts';
import type { ScheduledMessage, ScheduledMessagePage } from '../../../contract/scheduled-message.ts';
import * as keys from '../../../lambdas/data/keys.ts';
import { systemRandomness } from '../../../lambdas/runtime/randomness.ts';
import { captureOutput } from '../../helpers/events.ts';
import { type Answer, codeIn, good, startWholeChat, type WholeChat } from '../whole-chat.ts';

let chat: WholeChat;
let run: (task: unknown) => Promise<unknown>;
beforeAll(async () => {
  chat = await startWholeChat();
  run = await chat.load('schedule/send-scheduled');
});
afterAll(() => chat.close());
beforeEach(() => {
  captureOutput();
  return () => {
    chat.scheduler.answerWith();
    vi.restoreAllMocks();
  };
});

const one = '/v1/conversations/{conversationId}';
const all = `${one}/scheduled-messages`;
const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();

/** A group of two who are in no other. */
async function groupOf() {
  const [owner, member] = ['owner', 'member'].map((name) => `${name}-${systemRandomness.id()}`) as [string, string];
  const body = { type: 'group', title: 'Team', memberIds: [member] };
  const answer = await chat.ask('POST /v1/conversations', { userId: owner }, { body });
  const { conversation } = good<{ conversation: ConversationSummary }>(answer);
  return { owner, member, conversationId: conversation.id };
}
type Group = Awaited<ReturnType<typeof groupOf>>;

const schedule = ({ conversationId, member }: Group, more: object = {}): Promise<Answer> =>
  chat.ask(
    `POST ${all}`,
    { userId: member },
    { params: { conversationId }, body: { clientMessageId: 'm1', text: 'Later', sendAt: inAnHour(), ...more } },
  );
const scheduledIn = (answer: Answer) => good<{ scheduledMessage: ScheduledMessage }>(answer).scheduledMessage;

const onOne = (method: string, { conversationId, member }: Group, scheduledId: string, body?: object) =>
  chat.ask(`${method} ${all}/{scheduledId}`, { userId: member }, { params: { conversationId, scheduledId }, body });

async function listOf({ conversationId }: Group, userId: string, query = {}): Promise<ScheduledMessagePage> {
  return good<ScheduledMessagePage>(await chat.ask(`GET ${all}`, { userId }, { params: { conversationId }, query }));
}

async function historyOf({ conversationId, owner }: Group): Promise<Message[]> {
  const answer = await chat.ask(`GET ${one}/messages`, { userId: owner }, { params: { conversationId } });
  return good<MessagePage>(answer).messages;
}

/** What the schedules of a conversation that are left are to do. */
const tasksOf = ({ conversationId }: Group) =>
  chat.scheduler.schedules().flatMap(({ task }) => (task.conversationId === conversationId ? [task] : []));

const by = (group: Group, method: string, path: string, params: object, body?: object) =>
  chat.ask(
    `${method} ${one}${path}`,
    { userId: group.owner },
    { params: { conversationId: group.conversationId, ...params }, body },
  );

describe('scheduling', () => {
  test('keeps the message and sets one schedule, rounded up to the second', async () => {
    const group = await groupOf();
    const sendAt = new Date(Math.floor(Date.now() / 1_000) * 1_000 + 60_001).toISOString();
    const answer = await schedule(group, { sendAt });
    expect(answer.status).toBe(201);
    expect(scheduledIn(answer)).toMatchObject({ clientMessageId: 'm1', text: 'Later', sendAt, status: 'scheduled' });
    const [set] = chat.scheduler.schedules().filter(({ task }) => task.conversationId === group.conversationId);
    expect(Date.parse(`${set?.expression.slice(3, -1)}Z`) - Date.parse(sendAt)).toBe(999);
  });

  test('the same message five times at once is one, with one schedule', async () => {
    const group = await groupOf();
    const answers = await Promise.all(Array.from({ length: 5 }, () => schedule(group)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 201]);
    expect(new Set(answers.map((answer) => scheduledIn(answer).id)).size).toBe(1);
    expect(tasksOf(group)).toHaveLength(1);
    expect((await schedule(group, { sendAt: '2020-01-01T00:00:00Z' })).status).toBe(200);
  });

  test.each([
    ['sendAt', { sendAt: new Date(Date.now() + 5_000).toISOString() }],
    ['sendAt', { sendAt: new Date(Date.now() + 367 * 24 * 3_600_000).toISOString() }],
    ['sendAt', { sendAt: 'tomorrow' }],
    ['attachments[0]', { attachments: [{ attachmentId: 'c.1' }] }],
    ['replyTo', { replyTo: 'elsewhere.1' }],
  ])('names %s, and sets nothing: %o', async (path, more) => {
    const group = await groupOf();
    const answer = await schedule(group, more);
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ path: expect.stringContaining(path) }] } });
    expect(tasksOf(group)).toEqual([]);
  });

  test('a scheduler that is away keeps nothing', async () => {
    const group = await groupOf();
    chat.scheduler.answerWith({ status: 503 });
    expect(codeIn(await schedule(group))).toBe('UNAVAILABLE');
    expect(await listOf(group, group.member)).toEqual({ scheduledMessages: [] });
  });

  test('of a hundred open ones there is no room for another, until one is over', async () => {
    const group = await groupOf();
    const { id } = scheduledIn(await schedule(group));
    const { conversationId, member: senderId } = group;
    await chat.database.change(keys.openSchedulesKey({ conversationId, senderId }), { openCount: 100 });
    expect(codeIn(await schedule(group, { clientMessageId: 'm2' }))).toBe('CONFLICT');
    expect(tasksOf(group)).toHaveLength(1);
    expect((await onOne('DELETE', group, id)).status).toBe(204);
    expect((await schedule(group, { clientMessageId: 'm2' })).status).toBe(201);
  });

  test('nobody else sees it; its sender pages through theirs', async () => {
    const group = await groupOf();
    const { id } = scheduledIn(await schedule(group));
    await schedule(group, { clientMessageId: 'm2' });
    expect(await listOf(group, group.owner)).toEqual({ scheduledMessages: [] });
    expect(await listOf({ ...group, member: group.owner }, group.owner)).toEqual({ scheduledMessages: [] });
    expect((await onOne('DELETE', { ...group, member: group.owner }, id)).status).toBe(404);
    const first = await listOf(group, group.member, { limit: '1' });
    const second = await listOf(group, group.member, { limit: '1', cursor: first.nextCursor });
    const names = [first, second].flatMap((page) => page.scheduledMessages.map((each) => each.clientMessageId));
    expect(names.sort()).toEqual(['m1', 'm2']);
  });
});

describe('its time', () => {
  test('however often the function runs, at once and after, there is one message', async () => {
    const group = await groupOf();
    const { id } = scheduledIn(await schedule(group, { mentions: [group.owner], metadata: { a: 1 } }));
    const [task] = tasksOf(group);
    await Promise.all([run(task), run(task), run(task)]);
    await run(task);
    const [message, ...more] = await historyOf(group);
    expect(more).toEqual([]);
    expect(message).toMatchObject({
      senderId: group.member,
      clientMessageId: `scheduled-${id}`,
      text: 'Later',
      mentions: [group.owner],
      metadata: { a: 1 },
    });
    const { scheduledMessages } = await listOf(group, group.member);
    expect(scheduledMessages).toEqual([expect.objectContaining({ id, status: 'sent', messageId: message?.id })]);
  });

  test('a run that died after the send is finished, even where the sender’s memory of it is gone', async () => {
    const group = await groupOf();
    const { conversationId, member } = group;
    const { id } = scheduledIn(await schedule(group));
    const [task] = tasksOf(group);
    await run(task);
    const place = { conversationId, senderId: member, scheduledId: id };
    await chat.database.change(keys.scheduledKey(place), { status: 'scheduled', seq: 0 });
    await chat.database.change(keys.memberKey(conversationId, member), { recentSends: {} });
    await run(task);
    expect(await historyOf(group)).toHaveLength(1);
    const { scheduledMessages } = await listOf(group, member);
    expect(scheduledMessages).toMatchObject([{ status: 'sent', messageId: `${conversationId}.1` }]);
  });

  test('a schedule that its message no longer names does nothing', async () => {
    const group = await groupOf();
    const { id } = scheduledIn(await schedule(group));
    const [former] = tasksOf(group);
    const sendAt = new Date(Date.now() + 7_200_000).toISOString();
    expect(scheduledIn(await onOne('PATCH', group, id, { sendAt, text: 'Other' }))).toMatchObject({ sendAt });
    await run(former);
    expect(await historyOf(group)).toEqual([]);
    expect(tasksOf(group)).toHaveLength(1);
    await run(tasksOf(group)[0]);
    expect(await historyOf(group)).toMatchObject([{ text: 'Other' }]);
  });

  test('what is cancelled is not sent, and cancelled for good', async () => {
    const group = await groupOf();
    const { id } = scheduledIn(await schedule(group));
    const [task] = tasksOf(group);
    expect((await onOne('DELETE', group, id)).status).toBe(204);
    expect((await onOne('DELETE', group, id)).status).toBe(204);
    expect(tasksOf(group)).toEqual([]);
    await run(task);
    expect(await historyOf(group)).toEqual([]);
    expect(codeIn(await onOne('PATCH', group, id, { text: 'x' }))).toBe('CONFLICT');
  });

  test('what is sent can neither be changed nor cancelled', async () => {
    const group = await groupOf();
    const { id } = scheduledIn(await schedule(group));
    await run(tasksOf(group)[0]);
    expect(codeIn(await onOne('PATCH', group, id, { sendAt: inAnHour() }))).toBe('CONFLICT');
    expect(codeIn(await onOne('DELETE', group, id))).toBe('CONFLICT');
  });

  test('a change and its sending at once: it is sent with the old words or the new, and the answer says which', async () => {
    const group = await groupOf();
    const { id } = scheduledIn(await schedule(group));
    const [task] = tasksOf(group);
    const [changed] = await Promise.all([onOne('PATCH', group, id, { text: 'New' }), run(task)]);
    const [message, ...more] = await historyOf(group);
    expect(more).toEqual([]);
    expect(message?.text).toBe(changed.status === 200 ? 'New' : 'Later');
  });

  test.each<[why: string, code: string, lose: (group: Group) => Promise<unknown>]>([
    ['was removed', 'FORBIDDEN', (group) => by(group, 'DELETE', '/members/{userId}', { userId: group.member })],
    [
      'may not post any more',
      'FORBIDDEN',
      (group) => by(group, 'PATCH', '', {}, { settings: { posting: 'moderators' } }),
    ],
    [
      'is banned from the conversation',
      'FORBIDDEN',
      (group) => chat.database.change(keys.memberKey(group.conversationId, group.member), { bannedAtMs: 1 }),
    ],
    [
      'is banned from the chat',
      'FORBIDDEN',
      (group) =>
        chat.ask(
          'PUT /v1/admin/bans/{userId}',
          { userId: 'admin', scope: 'chat:admin' },
          { params: { userId: group.member }, body: {} },
        ),
    ],
    [
      'is blocked by the other side, told as if it were closed',
      'CONFLICT',
      (group) => chat.database.change(keys.memberKey(group.conversationId, group.member), { blockedAtMs: 1 }),
    ],
    ['finds it closed', 'CONFLICT', (group) => by(group, 'DELETE', '', {})],
  ])('fails where its sender %s, and says so', async (_, code, lose) => {
    const group = await groupOf();
    const { id } = scheduledIn(await schedule(group));
    const { conversationId, member: senderId } = group;
    await lose(group);
    await run(tasksOf(group)[0]);
    const item = await chat.database.itemOf(keys.scheduledKey({ conversationId, senderId, scheduledId: id }));
    expect(item).toMatchObject({ status: 'failed', emit: 'scheduled.failed', failure: { code } });
    expect(await historyOf(group)).toEqual([]);
    expect(await chat.database.itemOf(keys.openSchedulesKey({ conversationId, senderId }))).toMatchObject({
      openCount: 0,
    });
  });
});
