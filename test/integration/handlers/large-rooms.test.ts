import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTable } from '../../../lambdas/data/client.ts';
import { connectionAttribute, headItem, memberItem } from '../../../lambdas/data/items.ts';
import { connectionsKey, messageKey } from '../../../lambdas/data/keys.ts';
import { tableName } from '../../helpers/database.ts';
import { captureOutput } from '../../helpers/events.ts';
import { aHead, aMember } from '../../helpers/memory-stores.ts';
import { type Backend, startBackend, textOf } from './backend.ts';
import { fifoStandIn } from './fifo-stand-in.ts';

const members = Array.from({ length: 10_000 }, (_, n) => `user-${n}`);
/** Those who have a connection: 3,000 members, and 100 who are none. */
const connected = [...members.filter((_, n) => n % 10 < 3), ...Array.from({ length: 100 }, (_, n) => `stranger-${n}`)];
const conversationId = 'large';
const messages = 20;
const [sender = ''] = members;

const sqs = mockClient(SQSClient);
let backend: Backend;
let folder: string;

beforeAll(async () => {
  captureOutput();
  folder = await mkdtemp(join(tmpdir(), 'parley-large-'));
  backend = await startBackend({ folder });
  const table = openTable(tableName);
  await table.batchPut([
    headItem(aHead({ conversationId, type: 'channel', memberCount: members.length })),
    ...members.map((userId) => memberItem(aMember({ conversationId, userId }), Date.now())),
    ...connected.map(connectionsItem),
  ]);
}, 240_000);
afterAll(async () => {
  await backend.close();
  await rm(folder, { recursive: true, force: true });
});

const connectionsItem = (userId: string) => ({
  ...connectionsKey(userId),
  entity: 'connections',
  [connectionAttribute(`c-${userId}`)]: { openedAtMs: 0, expiresAtMs: Date.now() + 3_600_000, joined: {} },
});

test('each of 3,000 connected members of 10,000 gets every message, in order, and nobody else gets any', async () => {
  sqs.on(SendMessageBatchCommand).resolves({ Successful: [], Failed: [] });
  const slices = fifoStandIn(sqs, process.env.SLICE_QUEUE_URL ?? '');
  for (let n = 1; n <= messages; n += 1) await backend.send(sender, conversationId, textOf(`m-${n}`));
  const images = await Promise.all(
    Array.from({ length: messages }, (_, n) => backend.database.imageOf(messageKey(conversationId, n + 1))),
  );

  const batches = [images.slice(0, 8), images.slice(8, 9), images.slice(9)];
  for (const batch of batches) expect(await backend.fanOut(...batch)).toEqual({ batchItemFailures: [] });
  // A batch that comes again, because another record of it failed, is not posted again.
  await backend.fanOut(...images.slice(9));
  expect(slices.size()).toBe(3 * 16);
  await slices.drain(backend.postSlice);

  const all = Array.from({ length: messages }, (_, n) => n + 1);
  const posts = Map.groupBy(backend.posts(), ({ connectionId }) => connectionId);
  const seqsTo = (userId: string) =>
    (posts.get(`c-${userId}`) ?? []).flatMap(({ events }) => events.map(({ data }) => data.message.seq));
  const told = connected.filter((userId) => userId.startsWith('user-'));
  expect(told.filter((userId) => seqsTo(userId).join() !== all.join())).toEqual([]);
  expect(posts.size).toBe(3_000);
  expect(pushedFor(1)).toHaveLength(members.length - 1);
  expect(new Set(pushedFor(messages)).size).toBe(members.length - 1);
}, 240_000);

/** Whom the queue of notifications is to look at because of this message. */
const pushedFor = (seq: number): string[] =>
  sqs
    .commandCalls(SendMessageBatchCommand)
    .map(({ args: [{ input }] }) => input)
    .filter(({ QueueUrl }) => QueueUrl?.endsWith('notifications'))
    .flatMap(({ Entries = [] }) => Entries.map(({ MessageBody = '' }) => JSON.parse(MessageBody)))
    .filter((pending) => pending.seq === seq)
    .flatMap(({ userIds }) => userIds);
