import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { schedules as schedulesOf } from '../../../lambdas/outbound/schedules.ts';
import { createClock } from '../../../local/clock.ts';
import { createIam } from '../../../local/iam/iam.ts';
import { createMeter } from '../../../local/meter.ts';
import { startScheduler } from '../../../local/scheduler/scheduler.ts';
import { openSchedules } from '../../../local/scheduler/schedules.ts';
import { createSchedulerService } from '../../../local/scheduler/service.ts';
import { openStore } from '../../../local/store.ts';
import type { Json } from '../../../local/types.ts';
import { captureOutput } from '../../helpers/events.ts';
import { type AwsStandIn, startAwsStandIn } from './aws-stand-in.ts';
import { deploymentAllowing } from './deployment.ts';

const arnOf = (what: string) => `arn:aws:scheduler:us-east-1:000000000000:${what}`;
const target = 'arn:aws:lambda:us-east-1:000000000000:function:Test-Worker';
const roleNamed = (name: string) => `arn:aws:iam::000000000000:role/Test-${name}`;
const roleOf = (Resource: string) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    Policies: [{ PolicyDocument: { Statement: [{ Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource }] } }],
  },
});
const statements: Json[] = [
  { Effect: 'Allow', Action: 'scheduler:CreateSchedule', Resource: arnOf('schedule/chat/*') },
  {
    Effect: 'Allow',
    Action: 'iam:PassRole',
    Resource: [roleNamed('Invoker'), roleNamed('Powerless')],
    Condition: { StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } },
  },
];
const deployment = deploymentAllowing(statements, {
  Group: { Type: 'AWS::Scheduler::ScheduleGroup', Properties: { Name: 'chat' } },
  Invoker: roleOf(target),
  Powerless: roleOf('arn:aws:lambda:us-east-1:000000000000:function:Another'),
});

const clock = createClock();
const meter = createMeter();
const schedules = openSchedules(openStore(':memory:'));
const invocations = { add: vi.fn<(functionId: string, event: Json) => void>(), stop: async () => {} };
const scheduler = startScheduler({ deployment, schedules, invocations, clock, meter });
let aws: AwsStandIn;

beforeAll(async () => {
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'any');
  const iam = createIam(deployment);
  aws = await startAwsStandIn(deployment, {
    scheduler: createSchedulerService({ deployment, schedules, iam, onChange: scheduler.ring }),
  });
});
beforeEach(() => {
  captureOutput();
  invocations.add.mockClear();
  return () => vi.restoreAllMocks();
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await scheduler.stop();
  await aws.close();
});

interface As {
  key?: 'local-admin' | 'local-Worker';
  group?: string;
  role?: string;
}

/** Our own client, as this caller. */
function clientOf({ key = 'local-Worker', group = 'chat', role = 'Invoker' }: As = {}) {
  vi.stubEnv('AWS_ACCESS_KEY_ID', key);
  const url = aws.settingsFor(key).endpoint;
  return schedulesOf({ url, group, targetArn: target, roleArn: roleNamed(role), deadLetterArn: 'none' });
}

const taskOf = (schedule: string) => ({ conversationId: 'c', senderId: 'u', scheduledId: 's', schedule });
const inSeconds = (seconds: number) => clock.now() + seconds * 1_000;
const names = () => schedules.due(Number.MAX_SAFE_INTEGER).map(({ name }) => name);

describe('the scheduler', () => {
  test('invokes once, when the time has come, and forgets the schedule', async () => {
    await clientOf().set(taskOf('one'), inSeconds(60));
    clock.advance(55_000);
    expect(names()).toContain('one');
    expect(invocations.add).not.toHaveBeenCalled();
    clock.advance(10_000);
    await vi.waitFor(() => expect(invocations.add).toHaveBeenCalled());
    expect(invocations.add.mock.calls).toEqual([['Worker', taskOf('one')]]);
    expect(names()).not.toContain('one');
    expect(meter.report().scheduler.invocations).toBe(1);
  });

  test('takes the same call twice, and no other of the same name', async () => {
    await clientOf().set(taskOf('two'), inSeconds(60));
    await clientOf().set(taskOf('two'), inSeconds(60));
    const request = schedules.find('two', 'chat');
    expect(() => schedules.create('two', { ...request, ClientToken: 'another' })).toThrow('already exists');
  });

  test('drops what nobody wants any more, as whoever may', async () => {
    await clientOf().set(taskOf('three'), inSeconds(60));
    await clientOf().drop('three');
    expect(names()).toContain('three');
    await clientOf({ key: 'local-admin' }).drop('three');
    expect(names()).not.toContain('three');
  });

  test.each<[why: string, as: As, name: string, words: string]>([
    ['a group that is not there', { key: 'local-admin', group: 'other' }, 'ResourceNotFoundException', 'other'],
    ['a group that is not granted', { group: 'other' }, 'AccessDeniedException', 'scheduler:CreateSchedule'],
    ['a role that it may not pass on', { role: 'Role' }, 'AccessDeniedException', 'iam:PassRole'],
    ['a role that may not invoke the target', { role: 'Powerless' }, 'ValidationException', 'may not invoke'],
  ])('refuses %s', async (_, as, name, words) => {
    const set = clientOf(as).set(taskOf('refused'), inSeconds(60));
    await expect(set).rejects.toMatchObject({ name, message: expect.stringContaining(words) });
    expect(names()).not.toContain('refused');
  });

  test('keeps its schedules over a restart', async () => {
    const store = openStore(':memory:');
    openSchedules(store).create('kept', {
      GroupName: 'chat',
      ScheduleExpression: 'at(2026-11-21T04:20:00)',
      ScheduleExpressionTimezone: 'UTC',
      FlexibleTimeWindow: { Mode: 'OFF' },
      ActionAfterCompletion: 'DELETE',
      Target: { Arn: target, RoleArn: roleNamed('Invoker'), Input: '{}' },
    });
    expect(openSchedules(store).nextAt()).toBe(Date.UTC(2026, 10, 21, 4, 20));
  });
});
