import { afterEach, describe, expect, test, vi } from 'vitest';
import { createClock } from '../../../../local/clock.ts';
import { startAsyncInvocations } from '../../../../local/lambda/async-invocations.ts';
import { createQueues } from '../../../../local/sqs/queues.ts';
import { openStore } from '../../../../local/store.ts';
import { deploymentOf } from '../../../../local/template.ts';
import type { Invoke } from '../../../../local/types.ts';

const deployment = deploymentOf(
  {
    Resources: {
      Send: {
        Type: 'AWS::Lambda::Function',
        Properties: { DeadLetterConfig: { TargetArn: { 'Fn::GetAtt': ['Parked', 'Arn'] } } },
      },
      Parked: { Type: 'AWS::SQS::Queue', Properties: {} },
    },
  },
  { stackName: 'Test', region: 'us-east-1', accountId: '000000000000' },
);
const parked = 'arn:aws:sqs:us-east-1:000000000000:Test-Parked';
const failure = { ok: false as const, error: { errorType: 'Error', errorMessage: 'no' } };

const store = openStore(':memory:');
const clock = createClock();
const queues = createQueues({ deployment, store, clock });
const invoke = vi.fn<Invoke>();
const start = () => startAsyncInvocations({ deployment, store, queues, invoke, clock });
let invocations = start();
afterEach(async () => {
  await invocations.stop();
  invoke.mockReset();
  invocations = start();
});

const calls = (count: number) => vi.waitFor(() => expect(invoke).toHaveBeenCalledTimes(count));

describe('an asynchronous invocation', () => {
  test('runs once where it succeeds', async () => {
    invoke.mockResolvedValue({ ok: true, payload: undefined });
    invocations.add('Send', { a: 1 });
    await calls(1);
    clock.advance(3_600_000);
    await invocations.stop();
    expect(invoke.mock.calls).toEqual([['Send', { a: 1 }]]);
  });

  test('has two more tries, after a minute and after two, and is parked then', async () => {
    invoke.mockResolvedValue(failure);
    invocations.add('Send', { a: 2 });
    await calls(1);
    expect(queues.counts(parked).visible).toBe(0);
    clock.advance(60_000);
    await calls(2);
    clock.advance(119_000);
    expect(invoke).toHaveBeenCalledTimes(2);
    clock.advance(1_000);
    await calls(3);
    await vi.waitFor(() => expect(queues.receive(parked, 1)).toMatchObject([{ body: '{"a":2}' }]));
    clock.advance(3_600_000);
    await invocations.stop();
    expect(invoke).toHaveBeenCalledTimes(3);
  });

  test('that was waiting when the host ended runs when it starts again', async () => {
    invoke.mockResolvedValueOnce(failure).mockResolvedValue({ ok: true, payload: undefined });
    invocations.add('Send', { a: 3 });
    await calls(1);
    await invocations.stop();
    clock.advance(60_000);
    invocations = start();
    await calls(2);
    expect(invoke).toHaveBeenLastCalledWith('Send', { a: 3 });
  });
});
