import { describe, expect, test, vi } from 'vitest';
import { createClock } from '../../../../local/clock.ts';
import { createQueues } from '../../../../local/sqs/queues.ts';
import { openStore } from '../../../../local/store.ts';
import { deploymentAllowing } from '../../../integration/local/deployment.ts';

const arn = 'arn:aws:sqs:us-east-1:000000000000:Test-Queue';
const deadLetters = 'arn:aws:sqs:us-east-1:000000000000:Test-DeadLetters';
const body = 'hello';
const SECOND = 1000;

function setUp(properties: Record<string, number> = {}) {
  const RedrivePolicy = { deadLetterTargetArn: { 'Fn::GetAtt': ['DeadLetters', 'Arn'] }, maxReceiveCount: 2 };
  const deployment = deploymentAllowing([], {
    Queue: { Type: 'AWS::SQS::Queue', Properties: { RedrivePolicy, ...properties } },
    DeadLetters: { Type: 'AWS::SQS::Queue' },
  });
  const store = openStore(':memory:');
  const clock = createClock();
  return {
    clock,
    queues: createQueues({ deployment, store, clock }),
    reopen: () => createQueues({ deployment, store, clock }),
  };
}

describe('a message', () => {
  test('is received once, and not again before its visibility timeout', () => {
    const { queues, clock } = setUp({ VisibilityTimeout: 60 });
    queues.send(arn, { body });
    expect(queues.receive(arn, 10)).toMatchObject([{ body, receives: 1 }]);
    expect(queues.receive(arn, 10)).toEqual([]);
    clock.advance(60 * SECOND);
    expect(queues.receive(arn, 10)).toMatchObject([{ body, receives: 2 }]);
  });

  test('waits for the delay of the queue', () => {
    const { queues, clock } = setUp({ DelaySeconds: 2 });
    queues.send(arn, { body });
    expect(queues.receive(arn, 10)).toEqual([]);
    expect(queues.counts(arn)).toEqual({ visible: 0, inFlight: 0, delayed: 1 });
    clock.advance(2 * SECOND);
    expect(queues.receive(arn, 10)).toHaveLength(1);
  });

  test('has a delay of its own instead', () => {
    const { queues } = setUp({ DelaySeconds: 2 });
    queues.send(arn, { body, delayMs: 0 });
    expect(queues.receive(arn, 10)).toHaveLength(1);
  });

  test('is gone when it was removed', () => {
    const { queues, clock } = setUp();
    queues.send(arn, { body });
    for (const { receiptHandle } of queues.receive(arn, 10)) queues.remove(arn, receiptHandle);
    clock.advance(60 * SECOND);
    expect(queues.receive(arn, 10)).toEqual([]);
  });

  test('stays when a receipt is used that a later one has replaced', () => {
    const { queues, clock } = setUp();
    queues.send(arn, { body });
    const [first] = queues.receive(arn, 1);
    clock.advance(30 * SECOND);
    queues.receive(arn, 1);
    queues.remove(arn, first?.receiptHandle ?? '');
    expect(queues.counts(arn).inFlight).toBe(1);
  });

  test('goes to the dead letters when it was received too often, and whoever reads them is told', () => {
    const { queues, clock } = setUp();
    const told = vi.fn();
    queues.onMessage(deadLetters, told);
    const { messageId } = queues.send(arn, { body });
    for (let receive = 0; receive < 3; receive += 1) {
      queues.receive(arn, 1);
      clock.advance(30 * SECOND);
    }
    expect(queues.counts(arn)).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
    expect(told).toHaveBeenCalledOnce();
    expect(queues.receive(deadLetters, 1)).toMatchObject([{ messageId, receives: 1 }]);
  });

  test('is forgotten after the retention period', () => {
    const { queues, clock } = setUp({ MessageRetentionPeriod: 120 });
    queues.send(arn, { body });
    clock.advance(120 * SECOND);
    expect(queues.receive(arn, 1)).toEqual([]);
  });

  test('that the last host had received can be received at once after a restart', () => {
    const { queues, reopen } = setUp();
    queues.send(arn, { body });
    queues.receive(arn, 1);
    expect(reopen().receive(arn, 1)).toMatchObject([{ body, receives: 2 }]);
  });
});

test('a queue says when its next message is due', () => {
  const { queues, clock } = setUp({ DelaySeconds: 2 });
  expect(queues.nextDueAt(arn)).toBeUndefined();
  queues.send(arn, { body });
  expect(queues.nextDueAt(arn)).toBeGreaterThan(clock.now());
});

test('a queue is found by its URL at any host', () => {
  const { queues } = setUp();
  expect(queues.arnOf('http://127.0.0.1:4100/000000000000/Test-Queue')).toBe(arn);
  expect(queues.arnOf('http://127.0.0.1:4100/000000000000/Other')).toBeUndefined();
});
