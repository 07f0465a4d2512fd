import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Message } from '../../../contract/message.ts';
import { headKey, memberKey, messageKey } from '../../../lambdas/data/keys.ts';
import { captureOutput } from '../../helpers/events.ts';
import { type Backend, startBackend, textOf } from './backend.ts';

let backend: Backend;
let group: string;
const ann = { userId: 'ann', connectionId: 'c-ann' };

beforeAll(async () => {
  backend = await startBackend();
});
afterAll(() => backend.close());

beforeEach(async () => {
  captureOutput();
  group = await newGroup();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

async function newGroup(): Promise<string> {
  const { body } = await backend.create('ann', { type: 'group', title: 'Team', memberIds: ['bob'] });
  return body.conversation.id;
}

async function sentByFrame(message: object, conversationId = group): Promise<Message> {
  const reply = await backend.sendFrame(ann, conversationId, message);
  if (!reply.ok) throw new Error(reply.error.message);
  return (reply.data as { message: Message }).message;
}

const itemsLike = async (prefix: string) =>
  (await backend.database.partition(headKey(group).PK)).filter(({ SK }) => String(SK).startsWith(prefix));
const memberOf = (userId: string) => backend.database.itemOf(memberKey(group, userId));
const headOf = () => backend.database.itemOf(headKey(group));

describe('a message', () => {
  test('sent by HTTP is told as it is stored', async () => {
    const { status, body } = await backend.send('ann', group, { ...textOf('m-1'), metadata: { colour: ['red', 1.5] } });
    expect(status).toBe(201);
    expect(body.message).toEqual({
      id: `${group}.1`,
      conversationId: group,
      seq: 1,
      clientMessageId: 'm-1',
      senderId: 'ann',
      type: 'text',
      text: 'text of m-1',
      metadata: { colour: ['red', 1.5] },
      status: 'sent',
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      rev: 0,
    });
    expect(await backend.database.itemOf(messageKey(group, 1))).toMatchObject({
      emit: 'message.created',
      text: 'text of m-1',
    });
    expect((await backend.read('bob', group)).body.messages).toEqual([body.message]);
  });

  test('sent by a frame is the same, and remembers the connection that knows it already', async () => {
    const message = await sentByFrame(textOf('m-1'));
    expect((await backend.read('bob', group)).body.messages).toEqual([message]);
    expect(await backend.database.itemOf(messageKey(group, 1))).toMatchObject({ via: 'c-ann' });
  });

  test('after another has the next seq, and its sender’s own are not unread to its sender', async () => {
    for (const id of ['m-1', 'm-2', 'm-3']) await backend.send('ann', group, textOf(id));
    await backend.send('bob', group, textOf('m-1'));
    const seqs = (await backend.read('ann', group)).body.messages.map(({ seq }) => seq);
    expect(seqs).toEqual([1, 2, 3, 4]);
    expect((await backend.show('ann', group)).body.conversation).toMatchObject({ lastSeq: 4, unreadCount: 1 });
    expect((await backend.show('bob', group)).body.conversation).toMatchObject({ unreadCount: 3 });
  });

  test('says in the list what it says, short enough for the list', async () => {
    await backend.send('ann', group, textOf('m-1', '🙂'.repeat(5_000)));
    const { lastMessage } = (await backend.show('bob', group)).body.conversation;
    expect(lastMessage).toMatchObject({ id: `${group}.1`, seq: 1, senderId: 'ann' });
    expect(Buffer.byteLength(lastMessage?.text ?? '')).toBeLessThan(200);
  });

  test.each(['constructor', 'toString', 'hasOwnProperty', 'then', 'L', 'S', '__typename', 'wrapNumbers'])(
    'keeps free-form data that has a field named %s',
    async (name) => {
      const metadata = { [name]: { [name]: 1 }, list: [{ [name]: 'x' }] };
      const { status, body } = await backend.send('ann', group, { ...textOf(`m-${name}`), metadata });
      expect([status, body.message.metadata]).toEqual([201, metadata]);
      expect((await backend.read('ann', group)).body.messages.at(-1)?.metadata).toEqual(metadata);
    },
  );

  test('that nobody could store is refused before it takes a seq', async () => {
    const { status } = await backend.send('ann', group, { ...textOf('m-1'), metadata: { n: 1e300 } });
    expect(status).toBe(400);
    expect(await headOf()).toMatchObject({ lastSeq: 0 });
    expect(await memberOf('ann')).toMatchObject({ recentSends: {}, ownSinceRead: 0 });
  });
});

describe('a repeat', () => {
  test('gives the same message, by whichever transport', async () => {
    const { body } = await backend.send('ann', group, textOf('m-1'));
    const again = await backend.send('ann', group, textOf('m-1'));
    expect(again).toEqual({ status: 200, body });
    expect(await sentByFrame(textOf('m-1'))).toEqual(body.message);
    expect(await itemsLike('MSG#')).toHaveLength(1);
    expect(await memberOf('ann')).toMatchObject({ ownSinceRead: 1 });
  });

  test('50 times at once over both transports is one message and 50 equal answers', async () => {
    // However slow the machine: nobody loses patience with the first try, or thinks it dead.
    vi.useFakeTimers({ toFake: ['Date'] });
    const tries = Array.from({ length: 50 }, async (_, n) =>
      n % 2 ? (await backend.send('ann', group, textOf('m-1'))).body.message : sentByFrame(textOf('m-1')),
    );
    const answers = await Promise.all(tries);
    expect(new Set(answers.map((message) => JSON.stringify(message))).size).toBe(1);
    expect(await itemsLike('MSG#')).toHaveLength(1);
    expect(await headOf()).toMatchObject({ lastSeq: 1 });
    expect(await memberOf('ann')).toMatchObject({ ownSinceRead: 1 });
  });

  test('after eleven minutes gives the same message, however much was said since', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { body } = await backend.send('ann', group, textOf('m-1'));
    for (let n = 0; n < 30; n += 1) await backend.send('bob', group, textOf(`b-${n}`));
    vi.setSystemTime(Date.now() + 11 * 60_000);
    expect(await backend.send('ann', group, textOf('m-1'))).toEqual({ status: 200, body });
    expect(await sentByFrame(textOf('m-1'))).toEqual(body.message);
    expect(await itemsLike('MSG#')).toHaveLength(31);
  });

  test('that says something else is still the first message', async () => {
    const { body } = await backend.send('ann', group, textOf('m-1', 'first'));
    expect((await backend.send('ann', group, textOf('m-1', 'second'))).body).toEqual(body);
  });

  test('is of one sender and one conversation: others’ ids never meet it', async () => {
    const other = await newGroup();
    const sent = [
      await backend.send('ann', group, textOf('m-1')),
      await backend.send('bob', group, textOf('m-1')),
      await backend.send('ann', other, textOf('m-1')),
    ];
    expect(sent.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(new Set(sent.map(({ body }) => body.message.id)).size).toBe(3);
  });

  test('of any of the last 16 sends is known, and the memory stays small', async () => {
    const ids = Array.from({ length: 70 }, () => randomUUID());
    for (const id of ids) expect((await backend.send('ann', group, textOf(id))).status).toBe(201);
    const { recentSends = {} } = (await memberOf('ann')) ?? {};
    expect(Object.keys(recentSends as object).length).toBeLessThanOrEqual(32);
    for (const id of ids.slice(-16)) expect((await backend.send('ann', group, textOf(id))).status).toBe(200);
    expect(await itemsLike('MSG#')).toHaveLength(70);
  });
});

test('100 different messages of two senders at once have 100 seqs without a hole', async () => {
  const sends = Array.from({ length: 100 }, (_, n) => backend.send(n % 2 ? 'ann' : 'bob', group, textOf(`m-${n}`)));
  const seqs = (await Promise.all(sends)).map(({ body }) => body.message.seq);
  expect(seqs.toSorted((one, other) => one - other)).toEqual(Array.from({ length: 100 }, (_, n) => n + 1));
});

describe('who may not send is told so, by either transport', () => {
  const outcomes = async (userId: string, conversationId = group) => {
    const byHttp = await backend.send(userId, conversationId, textOf('m-1'));
    const byFrame = await backend.sendFrame({ userId, connectionId: 'c' }, conversationId, textOf('m-1'));
    return [byHttp.body.code, byFrame.ok ? 'ok' : byFrame.error.code];
  };
  const changeHead = (attributes: object) => backend.database.change(headKey(group), { ...attributes });

  test('a stranger, with not a byte’s difference to a conversation that does not exist', async () => {
    expect(await outcomes('eve')).toEqual(['FORBIDDEN', 'FORBIDDEN']);
    const there = await backend.send('eve', group, textOf('m-1'));
    expect(await backend.send('eve', 'g-nowhere', textOf('m-1'))).toEqual(there);
    expect(await backend.read('eve', 'g-nowhere')).toEqual(await backend.read('eve', group));
    expect(await backend.show('eve', 'g-nowhere')).toEqual(await backend.show('eve', group));
  });

  test('a banned member', async () => {
    await backend.database.change(memberKey(group, 'bob'), { bannedAtMs: 1 });
    expect(await outcomes('bob')).toEqual(['FORBIDDEN', 'FORBIDDEN']);
    expect(await headOf()).toMatchObject({ lastSeq: 0 });
  });

  test('anybody, where the conversation is closed', async () => {
    await changeHead({ closedAtMs: 1 });
    expect(await outcomes('ann')).toEqual(['CONFLICT', 'CONFLICT']);
    expect(await memberOf('ann')).toMatchObject({ recentSends: {}, ownSinceRead: 0 });
    expect(await headOf()).toMatchObject({ lastSeq: 0 });
  });

  test('a plain member, where only moderators may; its owner may', async () => {
    await changeHead({ posting: 'moderators' });
    expect(await outcomes('bob')).toEqual(['FORBIDDEN', 'FORBIDDEN']);
    expect(await memberOf('bob')).toMatchObject({ recentSends: {}, ownSinceRead: 0 });
    expect((await backend.send('ann', group, textOf('m-1'))).status).toBe(201);
  });

  test('and what was sent before is still answered where the conversation closed since', async () => {
    const { body } = await backend.send('ann', group, textOf('m-1'));
    await changeHead({ closedAtMs: 1 });
    expect(await backend.send('ann', group, textOf('m-1'))).toEqual({ status: 200, body });
  });
});
