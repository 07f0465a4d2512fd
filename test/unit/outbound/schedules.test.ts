import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type SchedulesSettings, schedules } from '../../../lambdas/outbound/schedules.ts';
import { captureOutput } from '../../helpers/events.ts';
import { type HttpStandIn, httpStandIn, type StandInAnswer } from '../../helpers/http-stand-in.ts';

let answer: StandInAnswer;
/** These go before it, once each. */
let answersFirst: StandInAnswer[];
let scheduler: HttpStandIn;
let settings: SchedulesSettings;

beforeEach(async () => {
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  [answer, answersFirst] = [{ status: 200, body: '{}' }, []];
  scheduler = await httpStandIn(() => answersFirst.shift() ?? answer);
  settings = { url: scheduler.url, group: 'Parley-test', targetArn: 'fn', roleArn: 'role', deadLetterArn: 'queue' };
});
afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  await scheduler.close();
});

const task = { conversationId: 'c', senderId: 'u', scheduledId: 's', schedule: 'name-1' };
const set = (atMs = Date.UTC(2026, 10, 21, 4, 20)) => schedules(settings).set(task, atMs);
const refusal = (status: number, errorType = ''): StandInAnswer => ({
  status,
  headers: { 'x-amzn-errortype': errorType },
  body: '{"Message":"refused"}',
});

describe('setting a schedule', () => {
  test('asks for one invocation that leaves nothing behind', async () => {
    await set();
    const [{ method, path, body, headers } = { method: '', path: '', body: '{}', headers: {} }] = scheduler.requests;
    expect(`${method} ${path}`).toBe('POST /schedules/name-1');
    expect(headers.authorization).toContain('/us-east-1/scheduler/aws4_request');
    expect(JSON.parse(body)).toEqual({
      ClientToken: 'name-1',
      GroupName: 'Parley-test',
      ScheduleExpression: 'at(2026-11-21T04:20:00)',
      ScheduleExpressionTimezone: 'UTC',
      FlexibleTimeWindow: { Mode: 'OFF' },
      ActionAfterCompletion: 'DELETE',
      Target: {
        Arn: 'fn',
        RoleArn: 'role',
        Input: JSON.stringify(task),
        RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
        DeadLetterConfig: { Arn: 'queue' },
      },
    });
  });

  test('keeps ids as they are, even those that Scheduler would take for its own words', async () => {
    const odd = { ...task, senderId: '<aws.scheduler.execution-id>' };
    await schedules(settings).set(odd, 0);
    const { Input } = JSON.parse(scheduler.requests[0]?.body ?? '').Target;
    expect(Input).not.toContain('<aws');
    expect(JSON.parse(Input)).toEqual(odd);
  });

  test.each([
    [0, 'at(2026-11-21T04:20:00)'],
    [1, 'at(2026-11-21T04:20:01)'],
    [1_000, 'at(2026-11-21T04:20:01)'],
  ])('%i ms after a whole second it is %s: never too early', async (ms, expression) => {
    await set(Date.UTC(2026, 10, 21, 4, 20) + ms);
    expect(JSON.parse(scheduler.requests[0]?.body ?? '').ScheduleExpression).toBe(expression);
  });

  test.each([429, 500, 503])('has a second try after %i', async (status) => {
    answersFirst = [refusal(status)];
    await set();
    expect(scheduler.requests).toHaveLength(2);
  });

  test('whose first try was made, and its answer lost, is done', async () => {
    answersFirst = ['hangUp'];
    answer = refusal(409, 'ConflictException');
    await set();
    expect(scheduler.requests).toHaveLength(2);
  });

  test('is UNAVAILABLE where the scheduler stays away', async () => {
    answer = refusal(503);
    await expect(set()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  test.each([
    [400, 'ValidationException'],
    [402, 'ServiceQuotaExceededException'],
    [403, 'AccessDeniedException'],
  ])('is nothing that waiting mends after %i %s', async (status, name) => {
    answer = refusal(status, name);
    await expect(set()).rejects.toMatchObject({ name, message: expect.stringContaining('refused') });
    expect(scheduler.requests).toHaveLength(1);
  });
});

describe('dropping a schedule', () => {
  test('names its group', async () => {
    await schedules(settings).drop('name-1');
    expect(scheduler.requests).toMatchObject([{ method: 'DELETE', path: '/schedules/name-1?groupName=Parley-test' }]);
  });

  test('that is gone is done', async () => {
    const output = captureOutput();
    answer = refusal(404, 'ResourceNotFoundException');
    await schedules(settings).drop('name-1');
    expect(output.text()).toBe('');
  });

  test('that can not be dropped now leaves it, and a line in the log', async () => {
    const output = captureOutput();
    answer = refusal(500, 'InternalServerException');
    await schedules(settings).drop('name-1');
    expect(output.lines()).toMatchObject([{ level: 'WARN', errorName: 'InternalServerException' }]);
  });
});
