import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { DynamoDBStreamEvent } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { vi } from 'vitest';
import type { Reply } from '../../../contract/frame.ts';
import type { PresenceList } from '../../../contract/live.ts';
import { openTable } from '../../../lambdas/data/client.ts';
import { connectionsKey } from '../../../lambdas/data/keys.ts';
import type { RawRecord, StreamReader } from '../../../local/event-sources/stream-reader.ts';
import { tableName } from '../../helpers/database.ts';
import { context, frameEvent, httpEvent, queueEvent } from '../../helpers/events.ts';
import { ask } from './answers.ts';
import type { Caller } from './backend.ts';
import { startRooms } from './room-scene.ts';

interface Queued {
  body: string;
  dueMs: number;
}

/** People who come and go, on a clock that moves when the test says so; stream and queue bring what they would bring by then. */
export async function startPresence() {
  const rooms = await startRooms();
  const stream = await rooms.database.stream();
  const queue = presenceQueue();
  const { fanOut, tell, ...clients } = await handlers();

  /** What the stream holds, as its mapping hands it on, and what that makes of it. */
  const drain = async () => {
    for (let records = await nextOf(stream); records.length > 0; records = await nextOf(stream)) {
      const Records = records.filter(passesFilter).map(asOfNow);
      const event: DynamoDBStreamEvent = JSON.parse(JSON.stringify({ Records }));
      const answer = await fanOut(event, context);
      if (answer.batchItemFailures.length > 0) throw new Error('the stream was not handled');
    }
  };
  /** Lets time pass until everything that is to be told by then has been. */
  const pass = async (ms: number) => {
    const endMs = Date.now() + ms;
    await drain();
    for (let due = queue.takeUntil(endMs); due.length > 0; due = queue.takeUntil(endMs)) {
      vi.setSystemTime(Math.max(Date.now(), ...due.map(({ dueMs }) => dueMs)));
      const answer = await tell(queueEvent(...due.map(({ body }) => body)), context);
      if (answer.batchItemFailures.length > 0) throw new Error('not everything was told');
      await drain();
    }
    vi.setSystemTime(endMs);
  };

  return {
    ...rooms,
    ...clients,
    pass,
    /** Two who write to each other directly, and nothing heard yet. */
    async pair(): Promise<[Caller, Caller]> {
      const [ann, bob] = [await rooms.user('ann'), await rooms.user('bob')];
      await rooms.direct(ann, bob);
      await pass(1_000);
      return [ann, bob];
    },
    connect: (caller: Caller) => rooms.backend.connect(caller),
    disconnect: (caller: Caller) => rooms.backend.disconnect(caller),
    /** What this connection has heard of who is there, as `ann online`. */
    heardOf: (caller: Caller): string[] =>
      rooms.heardBy(caller).flatMap(({ type, data }) => {
        const { userId, status } = { userId: '', status: '', ...data };
        return type === 'presence.changed' ? `${nameOf(userId)} ${status}` : [];
      }),
    /** The table's own clean-up. */
    expire: ({ userId }: Caller) => openTable(tableName).remove(connectionsKey(userId)),
    async close() {
      queue.close();
      await rooms.close();
    },
  };
}
export type PresenceScene = Awaited<ReturnType<typeof startPresence>>;

const nameOf = (userId: string) => userId.split('-')[0] ?? '';

function presenceQueue() {
  const sqs = mockClient(SQSClient);
  let queued: Queued[] = [];
  sqs.on(SendMessageBatchCommand).callsFake(({ QueueUrl = '', Entries = [] }) => {
    for (const { MessageBody = '', DelaySeconds = 0 } of QueueUrl.endsWith('/presence') ? Entries : []) {
      queued.push({ body: MessageBody, dueMs: Date.now() + DelaySeconds * 1_000 });
    }
    return { Successful: [], Failed: [] };
  });
  return {
    /** Up to ten, as a batch has. */
    takeUntil(endMs: number): Queued[] {
      const due = queued.filter(({ dueMs }) => dueMs <= endMs).slice(0, 10);
      queued = queued.filter((message) => !due.includes(message));
      return due;
    },
    close: () => sqs.restore(),
  };
}

const nextOf = async (stream: StreamReader): Promise<RawRecord[]> => (await stream.next()).records;

/** The two filters of the template, in words. */
const passesFilter = ({ eventName, dynamodb: { NewImage, OldImage } }: RawRecord): boolean =>
  NewImage?.emit !== undefined ||
  (eventName === 'REMOVE' && JSON.stringify(OldImage?.entity) === JSON.stringify({ S: 'connections' }));

/** The database has a clock of its own. */
const asOfNow = (record: RawRecord) => ({
  ...record,
  dynamodb: { ...record.dynamodb, ApproximateCreationDateTime: Math.floor(Date.now() / 1_000) },
});

async function handlers() {
  const fanOut = (await import('../../../lambdas/stream/fan-out.lambda.ts')).handler;
  const tell = (await import('../../../lambdas/queue/tell-presence.lambda.ts')).handler;
  const setPresence = (await import('../../../lambdas/websocket/set-presence.lambda.ts')).handler;
  const readPresence = (await import('../../../lambdas/http/read-presence.lambda.ts')).handler;
  const profile = (await import('../../../lambdas/http/manage-profile.lambda.ts')).handler;

  return {
    fanOut,
    tell,
    async set(caller: Caller, status: string): Promise<Reply> {
      const { body = 'null' } = await setPresence(
        frameEvent({ action: 'presence.set', id: '1', data: { status } }, caller),
        context,
      );
      return JSON.parse(body);
    },
    ask: ({ userId }: Pick<Caller, 'userId'>, ...userIds: string[]) =>
      ask<PresenceList>(readPresence, 'GET /v1/presence', { userId, query: { userIds: userIds.join(',') } }),
    async block(method: 'PUT' | 'DELETE', { userId }: Caller, other: Caller): Promise<void> {
      const routeKey = `${method} /v1/users/me/blocks/{userId}`;
      await profile(httpEvent(routeKey, { userId, params: { userId: other.userId } }), context);
    },
  };
}
