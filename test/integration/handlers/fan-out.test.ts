import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { connectionAttribute } from '../../../lambdas/data/items.ts';
import { connectionsKey, headKey, messageKey } from '../../../lambdas/data/keys.ts';
import { systemRandomness } from '../../../lambdas/runtime/randomness.ts';
import { queueEvent } from '../../helpers/events.ts';
import { freezeTime } from '../../helpers/frozen-time.ts';
import type { StandInAnswer } from '../../helpers/http-stand-in.ts';
import { type Backend, startBackend, textOf } from './backend.ts';

const sqs = mockClient(SQSClient);
let backend: Backend;
let ann: { userId: string; connectionId: string };
let bob: typeof ann;
let group: string;

const someone = () => ({ userId: `user-${systemRandomness.id()}`, connectionId: `c-${systemRandomness.id()}` });
const minute = 60_000;

beforeAll(async () => {
  backend = await startBackend();
});
afterAll(() => backend.close());
freezeTime();
beforeEach(async () => {
  sqs.reset();
  sqs.on(SendMessageBatchCommand).resolves({ Successful: [], Failed: [] });
  backend.connections.answers.clear();
  [ann, bob] = [someone(), someone()];
  group = await newGroup();
});

async function newGroup(): Promise<string> {
  const { body } = await backend.create(ann.userId, { type: 'group', title: 'Team', memberIds: [bob.userId] });
  return body.conversation.id;
}

/** Sends a message and gives what the stream then says of it. */
async function sent(id: string, conversationId = group, more: object = {}) {
  const { body } = await backend.send(ann.userId, conversationId, { ...textOf(id), ...more });
  return backend.database.imageOf(messageKey(conversationId, body.message.seq));
}
const answer = (status: number, errorType: string): StandInAnswer => ({
  status,
  headers: { 'x-amzn-errortype': errorType },
  body: '{}',
});
const gone = () => answer(410, 'GoneException');
const full = () => answer(429, 'LimitExceededException');

const queued = (name: 'notifications' | 'retries'): Record<string, unknown>[] =>
  sqs
    .commandCalls(SendMessageBatchCommand)
    .map(({ args: [{ input }] }) => input)
    .filter(({ QueueUrl }) => QueueUrl?.endsWith(name))
    .flatMap(({ Entries = [] }) => Entries.map(({ MessageBody = '' }) => JSON.parse(MessageBody)));
const textsTo = (connectionId: string) =>
  backend.postsTo(connectionId).map(({ events }) => events.map(({ data }) => data.message.clientMessageId));
const connectionsOf = async ({ userId }: typeof ann) =>
  Object.keys((await backend.database.itemOf(connectionsKey(userId))) ?? {})
    .filter((name) => name.startsWith('conn#'))
    .map((name) => name.slice('conn#'.length));
const done = { batchItemFailures: [] };

describe('a connection', () => {
  test('is remembered until it is closed, beside the user’s others', async () => {
    const tablet = { ...bob, connectionId: `${bob.connectionId}-tablet` };
    await backend.connect(bob);
    await backend.connect(tablet);
    expect((await connectionsOf(bob)).toSorted()).toEqual([bob.connectionId, tablet.connectionId]);
    await backend.disconnect(bob);
    expect(await connectionsOf(bob)).toEqual([tablet.connectionId]);
  });

  test('that is closed twice, or was never opened, changes nothing', async () => {
    await backend.connect(bob);
    await backend.disconnect({ ...bob, connectionId: 'another' });
    expect(await connectionsOf(bob)).toEqual([bob.connectionId]);
    await backend.disconnect(bob);
    await backend.disconnect(bob);
    expect(await connectionsOf(bob)).toEqual([]);
    await backend.disconnect(someone());
  });

  test('leaves an item that ends by itself', async () => {
    await backend.connect(bob);
    const { ttl } = (await backend.database.itemOf(connectionsKey(bob.userId))) ?? {};
    expect(Number(ttl) * 1_000).toBeGreaterThan(Date.now());
  });
});

describe('a message', () => {
  test('reaches every connection of every member but the one that sent it', async () => {
    const desktop = { ...ann, connectionId: `${ann.connectionId}-desktop` };
    for (const connection of [ann, desktop, bob]) await backend.connect(connection);
    await backend.sendFrame(ann, group, textOf('m-1'));
    expect(await backend.fanOut(await backend.database.imageOf(messageKey(group, 1)))).toEqual(done);
    expect(textsTo(ann.connectionId)).toEqual([]);
    expect(textsTo(desktop.connectionId)).toEqual([['m-1']]);
    expect(textsTo(bob.connectionId)).toEqual([['m-1']]);
    expect(backend.postsTo(bob.connectionId)[0]?.events[0]).toEqual({
      type: 'message.created',
      conversationId: group,
      at: expect.stringMatching(/Z$/),
      data: { message: (await backend.read(bob.userId, group)).body.messages[0] },
    });
  });

  test('reaches nobody else', async () => {
    const eve = someone();
    await backend.connect(eve);
    await backend.fanOut(await sent('m-1'));
    expect(backend.postsTo(eve.connectionId)).toEqual([]);
  });

  test('to somebody without a connection goes to be pushed, and never to its sender', async () => {
    await backend.fanOut(await sent('m-1'), await sent('m-2'));
    const pending = { conversationId: group, senderId: ann.userId, atMs: expect.any(Number), userIds: [bob.userId] };
    expect(queued('notifications')).toEqual([
      { ...pending, seq: 1 },
      { ...pending, seq: 2 },
    ]);
  });

  test('to somebody whose connections look at something else goes to be pushed too; to who looks at it, it does not', async () => {
    const tablet = { ...bob, connectionId: `${bob.connectionId}-tablet` };
    for (const connection of [bob, tablet]) await backend.connect(connection);
    await backend.fanOut(await sent('m-1'));
    const looking = { openedAtMs: 0, expiresAtMs: Date.now() + minute, joined: { [group]: true } };
    await backend.database.change(connectionsKey(bob.userId), { [connectionAttribute(tablet.connectionId)]: looking });
    await backend.fanOut(await sent('m-2'));
    expect(queued('notifications')).toMatchObject([{ seq: 1, userIds: [bob.userId] }]);
    expect(textsTo(bob.connectionId)).toEqual([['m-1'], ['m-2']]);
  });

  test('to somebody whose connection is over by time goes to be pushed, though $disconnect never came', async () => {
    await backend.connect(bob);
    vi.setSystemTime(Date.now() + 2 * 60 * minute);
    await backend.fanOut(await sent('m-1'));
    expect(backend.postsTo(bob.connectionId)).toEqual([]);
    expect(queued('notifications')).toHaveLength(1);
  });

  test('and those after it come in one frame, in order, whatever their conversations', async () => {
    await backend.connect(bob);
    const other = await newGroup();
    await backend.fanOut(await sent('m-1'), await sent('m-2', other), await sent('m-3'));
    expect(textsTo(bob.connectionId)).toEqual([['m-1', 'm-2', 'm-3']]);
  });

  test('with more than a frame holds comes in several, each of them small enough', async () => {
    await backend.connect(bob);
    const images = [];
    for (let n = 0; n < 5; n += 1) images.push(await sent(`m-${n}`, group, { text: '€'.repeat(5_000) }));
    await backend.fanOut(...images);
    expect(textsTo(bob.connectionId)).toEqual([['m-0', 'm-1'], ['m-2', 'm-3'], ['m-4']]);
    for (const frame of backend.postsTo(bob.connectionId))
      expect(Buffer.byteLength(JSON.stringify(frame))).toBeLessThan(32 * 1_024);
  });

  test('that comes twice is told twice, and changes nothing', async () => {
    await backend.connect(bob);
    const image = await sent('m-1');
    const before = await backend.database.partition(headKey(group).PK);
    await backend.fanOut(image);
    await backend.fanOut(image);
    expect(textsTo(bob.connectionId)).toEqual([['m-1'], ['m-1']]);
    expect(await backend.database.partition(headKey(group).PK)).toEqual(before);
  });
});

test('a new conversation is told to its members, and pushed to nobody', async () => {
  await backend.connect(bob);
  expect(await backend.fanOut(await backend.database.imageOf(headKey(group)))).toEqual(done);
  expect(backend.postsTo(bob.connectionId)).toMatchObject([
    { events: [{ type: 'conversation.created', data: { conversation: { id: group, memberCount: 2 } } }] },
  ]);
  expect(queued('notifications')).toEqual([]);
});

describe('a connection’s trouble is its own', () => {
  const crowd = () =>
    ['phone', 'tablet', 'desktop', 'watch'].map((name) => ({ ...bob, connectionId: `${bob.connectionId}-${name}` }));

  test('one gone, one full, one failing: the last still gets it in the same invocation', async () => {
    const [phone = bob, tablet = bob, desktop = bob, watch = bob] = crowd();
    for (const connection of crowd()) await backend.connect(connection);
    vi.setSystemTime(Date.now() + minute);
    backend.connections.answers.set(phone.connectionId, gone());
    backend.connections.answers.set(tablet.connectionId, full());
    backend.connections.answers.set(desktop.connectionId, 'hangUp');
    expect(await backend.fanOut(await sent('m-1'))).toEqual(done);
    expect(textsTo(watch.connectionId)).toEqual([['m-1']]);
    expect((await connectionsOf(bob)).toSorted()).toEqual(
      [desktop.connectionId, tablet.connectionId, watch.connectionId].toSorted(),
    );
    const retried = queued('retries').map(({ connection }) => connection as typeof bob);
    expect(retried.map(({ connectionId }) => connectionId).toSorted()).toEqual(
      [desktop.connectionId, tablet.connectionId].toSorted(),
    );
    expect(backend.postsTo(phone.connectionId)).toHaveLength(1);
  });

  test('one that says «gone» seconds after it came is kept, and tried again', async () => {
    await backend.connect(bob);
    backend.connections.answers.set(bob.connectionId, gone());
    await backend.fanOut(await sent('m-1'));
    expect(await connectionsOf(bob)).toEqual([bob.connectionId]);
    expect(queued('retries')).toHaveLength(1);
  });

  test('what was queued is delivered when it comes again', async () => {
    await backend.connect(bob);
    backend.connections.answers.set(bob.connectionId, full());
    await backend.fanOut(await sent('m-1'));
    const [frame] = queued('retries');
    expect(await backend.retry(queueEvent(frame))).toEqual({ batchItemFailures: [{ itemIdentifier: 'message-0' }] });
    backend.connections.answers.clear();
    expect(await backend.retry(queueEvent(frame))).toEqual(done);
    expect(textsTo(bob.connectionId).at(-1)).toEqual(['m-1']);
  });

  test('what was queued for one that is gone by now ends there', async () => {
    await backend.connect(bob);
    backend.connections.answers.set(bob.connectionId, gone());
    await backend.fanOut(await sent('m-1'));
    const [frame] = queued('retries');
    vi.setSystemTime(Date.now() + minute);
    expect(await backend.retry(queueEvent(frame))).toEqual(done);
    expect(await connectionsOf(bob)).toEqual([]);
  });

  test('what was queued for one that is over by time is not even tried', async () => {
    await backend.connect(bob);
    backend.connections.answers.set(bob.connectionId, full());
    await backend.fanOut(await sent('m-1'));
    const [frame] = queued('retries');
    vi.setSystemTime(Date.now() + 2 * 60 * minute);
    const posts = backend.postsTo(bob.connectionId).length;
    expect(await backend.retry(queueEvent(frame))).toEqual(done);
    expect(backend.postsTo(bob.connectionId)).toHaveLength(posts);
  });
});

describe('a record that can not be understood', () => {
  const poison = { emit: { S: 'nobody.knows' }, PK: { S: 'CONV#x' } };

  test('is reported, and the others reach their people', async () => {
    await backend.connect(bob);
    const outcome = await backend.fanOut(await sent('m-1'), poison, await sent('m-2'));
    expect(outcome).toEqual({ batchItemFailures: [{ itemIdentifier: '101' }] });
    expect(textsTo(bob.connectionId)).toEqual([['m-1', 'm-2']]);
  });

  test('first of several fails the batch, so that it is halved until the record is alone', async () => {
    await expect(backend.fanOut(poison, await sent('m-1'))).rejects.toThrow('the first record');
    expect(await backend.fanOut(poison)).toEqual({ batchItemFailures: [{ itemIdentifier: '100' }] });
  });
});

test('a queue that takes only some fails the batch, so that nobody is forgotten', async () => {
  sqs
    .on(SendMessageBatchCommand)
    .resolves({ Successful: [], Failed: [{ Id: '0', Code: 'InternalError', SenderFault: false }] });
  await expect(backend.fanOut(await sent('m-1'))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});
