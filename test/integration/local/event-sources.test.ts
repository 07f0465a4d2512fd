import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createClock } from '../../../local/clock.ts';
import { type Database, startDatabase } from '../../../local/dynamodb/database.ts';
import { type EventSources, startEventSources } from '../../../local/event-sources/event-sources.ts';
import { createMeter } from '../../../local/meter.ts';
import { createQueues, type Queues } from '../../../local/sqs/queues.ts';
import { openStore, type Store } from '../../../local/store.ts';
import type { InvocationOutcome, JsonObject } from '../../../local/types.ts';
import { chatTable } from './chat-table.ts';
import { deploymentAllowing } from './deployment.ts';

const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
const deployment = deploymentAllowing([], {
  Table: { Type: 'AWS::DynamoDB::GlobalTable', Properties: chatTable },
  Queue: { Type: 'AWS::SQS::Queue', Properties: { VisibilityTimeout: 60 } },
  Unreadable: { Type: 'AWS::SQS::Queue' },
  StreamMapping: {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: {
      EventSourceArn: { 'Fn::GetAtt': ['Table', 'StreamArn'] },
      FunctionName: { Ref: 'Worker' },
      StartingPosition: 'TRIM_HORIZON',
      FilterCriteria: {
        Filters: [
          { Pattern: '{"dynamodb":{"NewImage":{"emit":{"S":[{"exists":true}]}}}}' },
          { Pattern: '{"eventName":["REMOVE"],"dynamodb":{"OldImage":{"entity":{"S":["connections"]}}}}' },
        ],
      },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 1,
      ParallelizationFactor: 10,
      DestinationConfig: { OnFailure: { Destination: arnOf('Unreadable') } },
    },
  },
  QueueMapping: {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: {
      EventSourceArn: arnOf('Queue'),
      FunctionName: arnOf('Worker'),
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    },
  },
});
const queue = deployment.resources.get('Queue')?.arn ?? '';
const unreadable = deployment.resources.get('Unreadable')?.arn ?? '';
const table = deployment.ofType('AWS::DynamoDB::GlobalTable');
const TableName = table[0]?.ref;

interface StreamRecord {
  eventName: string;
  dynamodb: { Keys: { PK: { S: string } }; NewImage?: JsonObject; SequenceNumber: string };
  userIdentity?: JsonObject;
}

describe('event source mappings', () => {
  const clock = createClock();
  const invoke = vi.fn<(functionId: string, event: { Records: unknown[] }) => Promise<InvocationOutcome>>();
  let folder: string;
  let store: Store;
  let queues: Queues;
  let database: Database;
  let sources: EventSources;

  const start = async () => {
    store = openStore(folder);
    queues = createQueues({ deployment, store, clock });
    database = await startDatabase({ folder, clock });
    await Promise.all(table.map((it) => database.ensureTable(it)));
    const meter = createMeter();
    sources = await startEventSources({
      deployment,
      database,
      queues,
      store,
      invoke: (id, event) => invoke(id, event as { Records: unknown[] }),
      meter,
      clock,
    });
  };
  const stop = async () => {
    await sources.close();
    await database.close();
    store.close();
  };
  const put = async (id: string, more: JsonObject = {}) => {
    const Item = { PK: { S: id }, SK: { S: 'x' }, emit: { S: 'event' }, ...more };
    await database.call('PutItem', JSON.stringify({ TableName, Item }));
    sources.notifyWrite();
  };
  const records = () => invoke.mock.calls.flatMap(([, { Records }]) => Records as StreamRecord[]);
  const seen = () => records().map(({ dynamodb }) => dynamodb.Keys.PK.S);
  const failing = async (_: string, { Records }: { Records: unknown[] }): Promise<InvocationOutcome> => {
    const poison = (Records as StreamRecord[]).find(({ dynamodb }) => dynamodb.Keys.PK.S === 'poison');
    const failures = poison ? [{ itemIdentifier: poison.dynamodb.SequenceNumber }] : [];
    return { ok: true, payload: { batchItemFailures: failures } };
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-sources-'));
    invoke.mockReset().mockResolvedValue({ ok: true, payload: null });
    await start();
  });
  afterEach(async () => {
    await stop();
    await rm(folder, { recursive: true });
  });

  test('a write reaches the function as a stream record, at the time of the host', async () => {
    clock.advance(3_600_000);
    await put('bob', { data: { B: 'aGVsbG8=' } });
    await vi.waitFor(() => expect(invoke).toHaveBeenCalledOnce());
    expect(invoke).toHaveBeenCalledWith('Worker', {
      Records: [
        {
          eventID: expect.stringMatching(/^[0-9a-f]{32}$/),
          eventName: 'INSERT',
          eventVersion: '1.1',
          eventSource: 'aws:dynamodb',
          awsRegion: 'us-east-1',
          eventSourceARN: expect.stringMatching(/^arn:aws:dynamodb:us-east-1:000000000000:table\/Test-Table\/stream\//),
          dynamodb: {
            ApproximateCreationDateTime: expect.closeTo(clock.now() / 1000, -1),
            Keys: { PK: { S: 'bob' }, SK: { S: 'x' } },
            NewImage: { PK: { S: 'bob' }, SK: { S: 'x' }, emit: { S: 'event' }, data: { B: 'aGVsbG8=' } },
            SequenceNumber: expect.stringMatching(/^\d{21}$/),
            SizeBytes: expect.any(Number),
            StreamViewType: 'NEW_AND_OLD_IMAGES',
          },
        },
      ],
    });
  });

  test('what the filter leaves out, and what changes nothing, is not seen', async () => {
    await put('silent', { emit: { N: '1' } });
    await put('same');
    await put('same');
    await put('last');
    await vi.waitFor(() => expect(seen()).toContain('last'));
    expect(seen().toSorted()).toEqual(['last', 'same']);
  });

  test('records of one key arrive in order', async () => {
    for (let count = 0; count < 20; count += 1) await put('bob', { count: { N: String(count) } });
    await vi.waitFor(() => expect(records()).toHaveLength(20));
    const counts = records().map(({ dynamodb }) => dynamodb.NewImage?.count);
    expect(counts).toEqual(Array.from({ length: 20 }, (_, count) => ({ N: String(count) })));
  });

  test('a removal passes by what was removed, which it shows, and says nothing of who did it', async () => {
    const connections = { entity: { S: 'connections' } };
    const remove = async (id: string) => {
      await database.call('DeleteItem', JSON.stringify({ TableName, Key: { PK: { S: id }, SK: { S: 'x' } } }));
    };
    await put('message', { emit: { N: '1' }, entity: { S: 'message' } });
    await put('connections', { emit: { N: '1' }, ...connections });
    await remove('message');
    await remove('connections');
    await put('last');
    await vi.waitFor(() => expect(seen()).toContain('last'));
    const [removal, ...others] = records().filter(({ eventName }) => eventName === 'REMOVE');
    expect(others).toEqual([]);
    expect(removal?.dynamodb).toMatchObject({ Keys: { PK: { S: 'connections' } }, OldImage: connections });
    expect(removal?.dynamodb).not.toHaveProperty('NewImage');
    expect(removal).not.toHaveProperty('userIdentity');
  });

  test('an item that expires is removed by DynamoDB, not by a person, at the time of the clock', async () => {
    const inAnHour = Math.floor(clock.now() / 1000) + 3600;
    await put('expiring', { ttl: { N: String(inAnHour) }, entity: { S: 'connections' } });
    clock.advance(7_200_000);
    // Nobody rings for it: the mapping looks at the stream once a second.
    await vi.waitFor(() => expect(records()).toHaveLength(2), { timeout: 5000 });
    expect(records()[1]).toMatchObject({
      eventName: 'REMOVE',
      userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' },
      dynamodb: { ApproximateCreationDateTime: expect.closeTo(clock.now() / 1000, -1) },
    });
  });

  test('a record that fails always is parked by its position, and what follows goes on', async () => {
    invoke.mockImplementation(failing);
    await put('poison');
    await put('bob');
    await vi.waitFor(() => expect(queues.counts(unreadable).visible).toBe(1));
    const [parked] = queues.receive(unreadable, 1);
    expect(JSON.parse(parked?.body ?? '')).toMatchObject({
      requestContext: { condition: 'RetryAttemptsExhausted', approximateInvokeCount: 2 },
      DDBStreamBatchInfo: { batchSize: 1, shardId: expect.stringContaining('shardId-') },
    });
    expect(seen()).toContain('bob');
  });

  test('a restart goes on after what was done', async () => {
    await put('before');
    await vi.waitFor(() => expect(invoke).toHaveBeenCalledOnce());
    await stop();
    await start();
    await put('after');
    await vi.waitFor(() => expect(seen()).toContain('after'));
    expect(seen()).toEqual(['before', 'after']);
  });

  test('what a function had not finished is delivered again after a restart', async () => {
    const { promise: interrupted, resolve: interrupt } = Promise.withResolvers<InvocationOutcome>();
    invoke.mockReturnValueOnce(interrupted);
    await put('bob');
    await vi.waitFor(() => expect(invoke).toHaveBeenCalledOnce());
    const stopped = stop();
    interrupt({ ok: false, error: { errorType: 'Runtime.ExitError', errorMessage: 'killed' } });
    await stopped;
    await start();
    await vi.waitFor(() => expect(seen()).toEqual(['bob', 'bob']));
  });

  test('a message reaches the function once and is deleted', async () => {
    const { messageId } = queues.send(queue, {
      body: 'hello',
      attributes: { a: { DataType: 'String', StringValue: 'b' } },
    });
    await vi.waitFor(() => expect(queues.counts(queue)).toEqual({ visible: 0, inFlight: 0, delayed: 0 }));
    expect(invoke).toHaveBeenCalledExactlyOnceWith('Worker', {
      Records: [
        expect.objectContaining({
          messageId,
          body: 'hello',
          eventSource: 'aws:sqs',
          eventSourceARN: queue,
          awsRegion: 'us-east-1',
          attributes: expect.objectContaining({ ApproximateReceiveCount: '1' }),
          messageAttributes: {
            a: { stringValue: 'b', stringListValues: [], binaryListValues: [], dataType: 'String' },
          },
        }),
      ],
    });
  });

  test('only messages that failed come again, after the visibility timeout', async () => {
    const bodies = () =>
      invoke.mock.calls.map(([, { Records }]) => (Records as { body: string }[]).map(({ body }) => body));
    invoke.mockImplementationOnce(async (_, { Records }) => {
      const [first] = Records as { messageId: string }[];
      return { ok: true, payload: { batchItemFailures: [{ itemIdentifier: first?.messageId ?? '' }] } };
    });
    queues.send(queue, { body: 'failing', delayMs: 10_000 });
    queues.send(queue, { body: 'fine', delayMs: 10_000 });
    clock.advance(11_000);
    await vi.waitFor(() => expect(queues.counts(queue)).toEqual({ visible: 0, inFlight: 1, delayed: 0 }));
    clock.advance(60_000);
    await vi.waitFor(() => expect(queues.counts(queue).visible + queues.counts(queue).inFlight).toBe(0));
    expect(bodies()).toEqual([['failing', 'fine'], ['failing']]);
  });
});
