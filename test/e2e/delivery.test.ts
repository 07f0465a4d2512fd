import { afterAll, beforeAll, describe, test } from 'vitest';
import {
  clearFaults,
  deliverDisconnects,
  eventually,
  type Fault,
  meterOf,
  publishedBy,
  setFault,
} from '../helpers/client-local.ts';
import type { ChatSocket } from '../helpers/client-socket.ts';
import { startHost, type TestHost } from '../helpers/host.ts';
import * as given from '../helpers/steps-given.ts';
import * as then from '../helpers/steps-then.ts';
import * as when from '../helpers/steps-when.ts';

let host: TestHost;
beforeAll(async () => {
  host = await startHost();
});
afterAll(() => host.stop());

describe('a message arrives although', () => {
  const post = { service: 'execute-api', operation: 'PostToConnection', function: 'FanOut' } as const;
  const table = { service: 'dynamodb', function: 'FanOut' } as const;
  const rows: [sentence: string, fault: Fault][] = [
    ['the receiver’s buffer is full', { ...post, error: 'LimitExceededException' }],
    ['the gateway fails', { ...post, error: 'InternalServerError' }],
    ['the gateway does not answer', { ...post, error: 'timeout' }],
    ['fan-out crashes before it posts', { ...post, error: 'crash' }],
    ['the members can’t be read', { ...table, operation: 'Query', error: 'InternalServerError', times: 2 }],
    [
      'the connections can’t be read',
      { ...table, operation: 'BatchGetItem', error: 'ProvisionedThroughputExceededException', times: 4 },
    ],
    ['fan-out crashes while it reads', { ...table, operation: 'BatchGetItem', error: 'crash' }],
    [
      'the queue for the absent fails',
      { service: 'sqs', operation: 'SendMessageBatch', function: 'FanOut', error: 'InternalServerError', times: 2 },
    ],
  ];
  test.each(rows)('%s', async (_sentence, fault) => {
    const [alice, bob] = [await given.absentUser(host, 'alice'), await given.user(host, 'bob')];
    const absent = await given.absentUser(host, 'carol');
    await setFault(host, fault);
    const conversation = await given.group(alice, [bob, absent]);
    const message = await when.sendsByHttp(alice, conversation, 'hello');
    await then.receives(bob.socket, message);
    await clearFaults(host);
  });

  test('its first post failed: the retry queue brings it', async () => {
    const [alice, bob] = [await given.absentUser(host, 'alice'), await given.user(host, 'bob')];
    const conversation = await given.directConversation(alice, bob);
    await then.isTold(bob.socket, conversation);
    const retries = async () => (await meterOf(host)).lambda.RetryFrames?.invocations ?? 0;
    const before = await retries();
    await setFault(host, { ...post, error: 'LimitExceededException' });
    await then.receives(bob.socket, await when.sendsByHttp(alice, conversation, 'hello'));
    await eventually('the retry', async () => (await retries()) > before || undefined);
  });
});

describe('a connection that vanished without a word', () => {
  test('is forgotten when it is found gone, and its user is pushed to from then on', async () => {
    const [alice, bob, dave] = [
      await given.user(host, 'alice'),
      await given.user(host, 'bob'),
      await given.user(host, 'dave'),
    ];
    await given.device(bob, 'phone', 'fcm', `token-of-${bob.userId}`);
    const withBob = await given.directConversation(alice, bob);
    const withDave = await given.directConversation(alice, dave);
    await deliverDisconnects(host, false);

    // Seconds old, a connection may be gone only because its handshake still runs: it is asked again before it is forgotten.
    await vanish(bob.socket);
    await when.sendsByFrame(alice, withBob, 'into the void');
    await eventually('the end of a young connection', () => connectionsClosedBy('RetryFrames'));
    const message = await when.sendsByFrame(alice, withBob, 'by push');
    await eventually('the push', async () =>
      (await publishedBy(host)).find((push) => push.message.includes(message.id)),
    );

    // Dave's is old enough by now to be gone for good.
    await vanish(dave.socket);
    await when.sendsByFrame(alice, withDave, 'into the void');
    await eventually('the end of an old connection', () => connectionsClosedBy('FanOut'));
    // Alice's own, as old, was in use and never in doubt.
    await then.receives(alice.socket, await when.sendsByHttp(bob, withBob, 'I am back'));
  });
});

async function vanish(socket: ChatSocket): Promise<void> {
  socket.terminate();
  await socket.closed;
}

/** Neither function updates anything else in the table. */
const connectionsClosedBy = async (functionName: string): Promise<number | undefined> =>
  (await meterOf(host)).dynamodb.byFunction[functionName]?.calls.UpdateItem;
