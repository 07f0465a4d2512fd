import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  checkQueue,
  notificationQueue,
  presenceQueue,
  retryQueue,
  sliceQueue,
} from '../../../lambdas/outbound/queues.ts';

const sqs = mockClient(SQSClient);
const url = 'https://sqs.us-east-1.amazonaws.com/000000000000/queue';
const pending = (seq: number, userId = 'bob') => ({
  conversationId: 'g1',
  seq,
  senderId: 'ann',
  atMs: 0,
  userIds: [userId],
});
const pendings = (count: number) => Array.from({ length: count }, (_, n) => pending(n + 1));
const batches = () => sqs.commandCalls(SendMessageBatchCommand).map(({ args: [{ input }] }) => input.Entries ?? []);
const bodies = () => batches().flatMap((entries) => entries.map(({ MessageBody = '' }) => MessageBody));

describe('a queue', () => {
  beforeEach(() => {
    sqs.reset();
    sqs.on(SendMessageBatchCommand).resolves({ Successful: [], Failed: [] });
  });

  test.each([
    [0, []],
    [1, [1]],
    [10, [10]],
    [25, [10, 10, 5]],
  ])('takes %i messages in calls of %j', async (count, sizes) => {
    await notificationQueue(url).notifyLater(pendings(count));
    expect(batches().map((entries) => entries.length)).toEqual(sizes);
    expect(bodies().map((body) => JSON.parse(body))).toEqual(pendings(count));
  });

  test('is told one id for each message of a call', async () => {
    await notificationQueue(url).notifyLater(pendings(25));
    for (const entries of batches()) expect(new Set(entries.map(({ Id }) => Id)).size).toBe(entries.length);
  });

  test('that takes only some of a call fails all, so that they come again', async () => {
    sqs.on(SendMessageBatchCommand).resolves({
      Successful: [],
      Failed: [{ Id: '1', Code: 'InternalError', SenderFault: false }],
    });
    await expect(notificationQueue(url).notifyLater(pendings(2))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  test('that fails says so', async () => {
    sqs.on(SendMessageBatchCommand).rejects(new Error('no queue'));
    await expect(notificationQueue(url).notifyLater(pendings(1))).rejects.toThrow('no queue');
  });

  test('keeps a check back for as long as it says', async () => {
    await checkQueue(url).checkLater([{ ...pending(1), deviceId: 'phone' }], 900);
    expect(batches()).toEqual([[expect.objectContaining({ DelaySeconds: 900 })]]);
    expect(bodies().map((body) => JSON.parse(body))).toEqual([{ ...pending(1), deviceId: 'phone' }]);
  });

  test('keeps back the word of an absence, and of nothing else', async () => {
    const changes = [
      { userId: 'ann', status: 'online', atMs: 1 },
      { userId: 'bob', status: 'offline', atMs: 2, isAbsence: true },
      { userId: 'cyd', atMs: 3, lostLastSeenAtMs: 1 },
      { userId: 'dan', status: 'away', atMs: 4, isAbsence: true },
      { userId: 'eve', status: 'away', atMs: 5 },
    ] as const;
    await presenceQueue(url, 10).presenceChanged([...changes]);
    const delays = batches().flatMap((entries) => entries.map(({ DelaySeconds }) => DelaySeconds));
    expect(delays).toEqual([undefined, 10, undefined, 10, undefined]);
    expect(bodies().map((body) => JSON.parse(body))).toEqual(changes);
  });

  test('gets news of keys as they are, at once', async () => {
    const news = { emit: 'keys.low', userId: 'ann', deviceId: 'phone', left: 3, atMs: 1 } as const;
    await presenceQueue(url, 10).keysChanged([news]);
    expect(batches()).toEqual([[{ Id: '0', MessageBody: JSON.stringify(news) }]]);
  });

  test('gets a frame with its connection', async () => {
    const connection = { connectionId: 'c-1', userId: 'bob', openedAtMs: 1, expiresAtMs: 2 };
    await retryQueue(url).retryLater([{ connection, frame: '{"events":[]}' }]);
    expect(bodies().map((body) => JSON.parse(body))).toEqual([{ connection, frame: '{"events":[]}' }]);
  });

  test('never gets a character that SQS refuses a whole message for', async () => {
    const userId = 'a\ufffeb\uffffc';
    await notificationQueue(url).notifyLater([pending(1, userId)]);
    expect(bodies()[0]).not.toMatch(/[\ufffe\uffff]/);
    expect(JSON.parse(bodies()[0] ?? '')).toMatchObject({ userIds: [userId] });
  });

  test('gets a slice in its group, and the group in no body', async () => {
    const slice = { conversationId: 'c1', userIds: ['bob'], changes: [{ events: ['{}'] }] };
    await sliceQueue(url).postLater([{ group: 'c1.3', ...slice }]);
    expect(batches().flat()).toMatchObject([{ MessageGroupId: 'c1.3', MessageBody: JSON.stringify(slice) }]);
    expect(batches().flat()[0]).not.toHaveProperty('MessageDeduplicationId');
  });

  test('takes as many large messages in a call as its size allows, in order', async () => {
    const changes = [{ events: ['x'.repeat(300 * 1_024)] }];
    const slices = Array.from({ length: 7 }, (_, n) => ({
      group: `c1.${n}`,
      conversationId: 'c1',
      userIds: [],
      changes,
    }));
    await sliceQueue(url).postLater(slices);
    expect(batches().map((entries) => entries.map(({ MessageGroupId }) => MessageGroupId))).toEqual([
      ['c1.0', 'c1.1', 'c1.2'],
      ['c1.3', 'c1.4', 'c1.5'],
      ['c1.6'],
    ]);
  });

  test('takes ten of the largest frames in one call of at most 1 MiB', async () => {
    const connection = { connectionId: 'c-1', userId: 'bob', openedAtMs: 1, expiresAtMs: 2 };
    const frame = '"'.repeat(32 * 1_024);
    await retryQueue(url).retryLater(Array.from({ length: 10 }, () => ({ connection, frame })));
    expect(Buffer.byteLength(bodies().join(''))).toBeLessThan(1_024 * 1_024);
  });
});
