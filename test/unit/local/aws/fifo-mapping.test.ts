import { afterEach, describe, expect, test, vi } from 'vitest';
import { createClock } from '../../../../local/clock.ts';
import { mappingsOf } from '../../../../local/event-sources/mapping-settings.ts';
import type { Pump } from '../../../../local/event-sources/pump.ts';
import { startQueueMapping } from '../../../../local/event-sources/queue-mapping.ts';
import { createMeter } from '../../../../local/meter.ts';
import { createQueues } from '../../../../local/sqs/queues.ts';
import { openStore } from '../../../../local/store.ts';
import type { InvocationOutcome, Json } from '../../../../local/types.ts';
import { deploymentAllowing } from '../../../integration/local/deployment.ts';

type QueueRecord = {
  messageId: string;
  body: string;
  attributes: Record<string, string>;
};
type Handler = (records: QueueRecord[]) => Promise<InvocationOutcome>;

const arn = 'arn:aws:sqs:us-east-1:000000000000:Test-Slices.fifo';
const parked = 'arn:aws:sqs:us-east-1:000000000000:Test-Parked.fifo';
const VISIBILITY_MS = 30_000;
const done: InvocationOutcome = { ok: true, payload: null };
const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });

let mapping: Pump;
afterEach(() => mapping.stop());

function start(handler: Handler, BatchSize: number) {
  const RedrivePolicy = { deadLetterTargetArn: arnOf('Parked'), maxReceiveCount: 2 };
  const deployment = deploymentAllowing([], {
    Slices: {
      Type: 'AWS::SQS::Queue',
      Properties: { FifoQueue: true, ContentBasedDeduplication: true, RedrivePolicy },
    },
    Parked: { Type: 'AWS::SQS::Queue', Properties: { FifoQueue: true } },
    Mapping: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: {
        EventSourceArn: arnOf('Slices'),
        FunctionName: { Ref: 'Worker' },
        BatchSize,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
      },
    },
  });
  const clock = createClock();
  const queues = createQueues({ deployment, store: openStore(':memory:'), clock });
  const batches: string[] = [];
  const invoke = (_: string, event: Json) => {
    const { Records: records } = event as { Records: QueueRecord[] };
    batches.push(records.map(({ body }) => body).join(' '));
    return handler(records);
  };
  const send = (...bodies: string[]) => {
    for (const body of bodies) queues.send(arn, { body, groupId: body.slice(0, 1) });
  };
  const [settings] = mappingsOf(deployment);
  if (!settings) throw new Error('the deployment has a mapping');
  const run = () => {
    mapping = startQueueMapping(settings, { queues, invoke, meter: createMeter(), clock });
  };
  return { clock, queues, batches, send, run };
}

/** Fails this message, and with it those of its group that follow, as a function must to keep the order. */
function failing(poison: string): Handler {
  return async (records) => {
    const first = records.findIndex(({ body }) => body === poison);
    const group = records[first]?.attributes.MessageGroupId;
    const failed = records.filter(({ attributes }, index) => index >= first && attributes.MessageGroupId === group);
    const batchItemFailures = failed.map(({ messageId }) => ({ itemIdentifier: messageId }));
    return { ok: true, payload: { batchItemFailures: first < 0 ? [] : batchItemFailures } };
  };
}

describe('a mapping of a FIFO queue', () => {
  test('works on several groups at once, and on each in order, one batch at a time', async () => {
    const running: { body: string; end(): void }[] = [];
    const { batches, send, run } = start(async ([record]) => {
      const { promise, resolve } = Promise.withResolvers<InvocationOutcome>();
      running.push({ body: record?.body ?? '', end: () => resolve(done) });
      return promise;
    }, 1);
    send('a1', 'a2', 'b1', 'b2');
    run();
    await vi.waitFor(() => expect(batches).toEqual(['a1', 'b1']));
    running[1]?.end();
    await vi.waitFor(() => expect(batches).toEqual(['a1', 'b1', 'b2']));
    running[0]?.end();
    await vi.waitFor(() => expect(batches).toEqual(['a1', 'b1', 'b2', 'a2']));
    for (const { end } of running) end();
  });

  test('gets what failed of a group again in its order, and holds what follows back until then', async () => {
    let isFirst = true;
    const poisoned = failing('a2');
    const { clock, batches, send, run } = start(async (records) => {
      const outcome = isFirst ? poisoned(records) : done;
      isFirst = false;
      return outcome;
    }, 4);
    send('a1', 'a2', 'a3', 'b1');
    run();
    await vi.waitFor(() => expect(batches).toEqual(['a1 a2 a3 b1']));
    send('a4', 'b2');
    await vi.waitFor(() => expect(batches).toEqual(['a1 a2 a3 b1', 'b2']));
    clock.advance(VISIBILITY_MS);
    await vi.waitFor(() => expect(batches).toEqual(['a1 a2 a3 b1', 'b2', 'a2 a3 a4']));
  });

  test('parks what fails always, in its group, and goes on behind it', async () => {
    const { clock, queues, batches, send, run } = start(failing('a1'), 1);
    send('a1', 'a2');
    run();
    await vi.waitFor(() => expect(batches).toEqual(['a1']));
    clock.advance(VISIBILITY_MS);
    await vi.waitFor(() => expect(batches).toEqual(['a1', 'a1']));
    clock.advance(VISIBILITY_MS);
    await vi.waitFor(() => expect(batches).toEqual(['a1', 'a1', 'a2']));
    expect(queues.receive(parked, 10)).toMatchObject([{ body: 'a1', groupId: 'a' }]);
  });

  test('tells the function group, deduplication id and sequence number', async () => {
    const records: QueueRecord[] = [];
    const { send, run } = start(async (given) => {
      records.push(...given);
      return done;
    }, 10);
    send('a1');
    run();
    await vi.waitFor(() => expect(records).toHaveLength(1));
    expect(records[0]?.attributes).toMatchObject({
      MessageGroupId: 'a',
      MessageDeduplicationId: expect.stringMatching(/^[0-9a-f]{64}$/),
      SequenceNumber: expect.stringMatching(/^\d{20}$/),
    });
  });
});
