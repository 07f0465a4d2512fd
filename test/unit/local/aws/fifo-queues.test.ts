import { describe, expect, test, vi } from 'vitest';
import { createClock } from '../../../../local/clock.ts';
import { createQueues, type Queues } from '../../../../local/sqs/queues.ts';
import { openStore } from '../../../../local/store.ts';
import type { Json } from '../../../../local/types.ts';
import { deploymentAllowing } from '../../../integration/local/deployment.ts';

const arn = 'arn:aws:sqs:us-east-1:000000000000:Test-Queue.fifo';
const deadLetters = 'arn:aws:sqs:us-east-1:000000000000:Test-DeadLetters.fifo';
const SECOND = 1000;
const VISIBILITY = 30 * SECOND;

function setUp(properties: Record<string, Json> = {}) {
  const RedrivePolicy = { deadLetterTargetArn: { 'Fn::GetAtt': ['DeadLetters', 'Arn'] }, maxReceiveCount: 1 };
  const deployment = deploymentAllowing([], {
    Queue: { Type: 'AWS::SQS::Queue', Properties: { FifoQueue: true, RedrivePolicy, ...properties } },
    DeadLetters: { Type: 'AWS::SQS::Queue', Properties: { FifoQueue: true } },
  });
  const store = openStore(':memory:');
  const clock = createClock();
  const queues = createQueues({ deployment, store, clock });
  const send = (groupId: string, body: string, deduplicationId = `${groupId}${body}`) =>
    queues.send(arn, { body, groupId, deduplicationId });
  return { clock, queues, send, reopen: () => createQueues({ deployment, store, clock }) };
}

/** Several times, `a1` for message 1 of group a. */
function receive(queues: Queues, limit = 10, from = arn): string[] {
  return queues.receive(from, limit).map(({ groupId, body }) => `${groupId}${body}`);
}

describe('a FIFO queue', () => {
  test('gives a group in the order in which it was sent, and the next group after it', () => {
    const { queues, send } = setUp();
    for (const [group, body] of ['a1', 'b1', 'a2', 'b2', 'a3'].map((it) => [...it])) send(group ?? '', body ?? '');
    expect(receive(queues, 4)).toEqual(['a1', 'a2', 'a3', 'b1']);
  });

  test('gives nothing more of a group that has messages in flight', () => {
    const { queues, send } = setUp();
    send('a', '1');
    send('a', '2');
    send('b', '1');
    expect(receive(queues, 1)).toEqual(['a1']);
    expect(receive(queues)).toEqual(['b1']);
    expect(receive(queues)).toEqual([]);
  });

  test('goes on with the group when the messages in flight were deleted', () => {
    const { queues, send } = setUp();
    send('a', '1');
    send('a', '2');
    for (const { receiptHandle } of queues.receive(arn, 1)) queues.remove(arn, receiptHandle);
    expect(receive(queues)).toEqual(['a2']);
  });

  test('begins again with the message that came back', () => {
    const { queues, send, clock } = setUp({ RedrivePolicy: null });
    send('a', '1');
    send('a', '2');
    receive(queues, 1);
    clock.advance(VISIBILITY);
    expect(receive(queues)).toEqual(['a1', 'a2']);
  });

  test('says when a group that is locked can go on', () => {
    const { queues, send, clock } = setUp();
    send('a', '1');
    send('a', '2');
    expect(queues.nextDueAt(arn)).toBeLessThanOrEqual(clock.now());
    receive(queues, 1);
    expect(queues.nextDueAt(arn)).toBeGreaterThan(clock.now() + VISIBILITY - SECOND);
  });

  test('moves what was received too often to the dead letters, in its group, and goes on', () => {
    const { queues, send, clock } = setUp();
    send('a', '1');
    send('a', '2');
    receive(queues, 1);
    clock.advance(VISIBILITY);
    expect(receive(queues)).toEqual(['a2']);
    expect(receive(queues, 10, deadLetters)).toEqual(['a1']);
  });

  test('names group, deduplication id and a number that grows', () => {
    const { queues, send } = setUp();
    const sent = [send('a', '1', 'x'), send('b', '1', 'y')];
    const numbers = sent.map(({ sequenceNumber }) => sequenceNumber);
    expect(queues.receive(arn, 10)).toMatchObject([
      { groupId: 'a', deduplicationId: 'x', sequenceNumber: numbers[0] },
      { groupId: 'b', deduplicationId: 'y', sequenceNumber: numbers[1] },
    ]);
    expect(numbers).toEqual([expect.stringMatching(/^\d{20}$/), expect.stringMatching(/^\d{20}$/)]);
    expect(numbers.toSorted()).toEqual(numbers);
  });
});

describe('what is sent again within five minutes', () => {
  test('is the message that was there, even after its deletion and a restart', () => {
    const { queues, send, reopen } = setUp();
    const first = send('a', '1', 'same');
    for (const { receiptHandle } of queues.receive(arn, 1)) queues.remove(arn, receiptHandle);
    expect(send('b', '2', 'same')).toEqual(first);
    expect(reopen().send(arn, { body: '3', groupId: 'a', deduplicationId: 'same' })).toEqual(first);
    expect(receive(queues)).toEqual([]);
  });

  test('is another message later', () => {
    const { queues, send, clock } = setUp();
    send('a', '1', 'same');
    clock.advance(300 * SECOND);
    send('a', '2', 'same');
    expect(receive(queues)).toEqual(['a1', 'a2']);
  });

  test('is another message in another group, where that is the scope', () => {
    const { queues, send } = setUp({ DeduplicationScope: 'messageGroup', FifoThroughputLimit: 'perMessageGroupId' });
    send('a', '1', 'same');
    send('b', '1', 'same');
    send('a', '2', 'same');
    expect(receive(queues)).toEqual(['a1', 'b1']);
  });

  test('is recognised by its content where no id was given', () => {
    const { queues } = setUp({ ContentBasedDeduplication: true });
    const told = vi.fn();
    queues.onMessage(arn, told);
    for (const body of ['1', '1', '2']) queues.send(arn, { body, groupId: 'a' });
    expect(receive(queues)).toEqual(['a1', 'a2']);
    expect(told).toHaveBeenCalledTimes(2);
  });
});

describe('what AWS would not deploy stops the start:', () => {
  const queue = (Properties: Record<string, Json>) => ({ Type: 'AWS::SQS::Queue', Properties });
  const open = (queues: Record<string, ReturnType<typeof queue>>) => () =>
    createQueues({ deployment: deploymentAllowing([], queues), store: openStore(':memory:'), clock: createClock() });
  const to = (id: string) => ({ deadLetterTargetArn: { 'Fn::GetAtt': [id, 'Arn'] }, maxReceiveCount: 1 });

  test('dead letters of another kind', () => {
    const start = open({ Queue: queue({ FifoQueue: true, RedrivePolicy: to('Parked') }), Parked: queue({}) });
    expect(start).toThrow('both FIFO, or neither');
  });

  test.each([
    [{ redrivePermission: 'denyAll' }],
    [{ redrivePermission: 'byQueue', sourceQueueArns: ['arn:aws:sqs:us-east-1:000000000000:Other'] }],
  ])('dead letters that do not allow it: %j', (RedriveAllowPolicy) => {
    const start = open({ Queue: queue({ RedrivePolicy: to('Parked') }), Parked: queue({ RedriveAllowPolicy }) });
    expect(start).toThrow('RedriveAllowPolicy of arn:aws:sqs:us-east-1:000000000000:Test-Parked does not allow');
  });

  test('but not dead letters that name their source', () => {
    const RedriveAllowPolicy = {
      redrivePermission: 'byQueue',
      sourceQueueArns: ['arn:aws:sqs:us-east-1:000000000000:Test-Queue'],
    };
    const start = open({ Queue: queue({ RedrivePolicy: to('Parked') }), Parked: queue({ RedriveAllowPolicy }) });
    expect(start).not.toThrow();
  });

  test('a name without .fifo', () => {
    expect(open({ Queue: queue({ FifoQueue: true, QueueName: 'slices' }) })).toThrow('Queue must end in .fifo');
  });
});
