import type { ScheduledTask, Schedules } from '../app/schedule-ports.ts';
import { refuse } from '../domain/chat-error.ts';
import { environment } from '../runtime/environment.ts';
import { log } from '../runtime/log.ts';
import { type Answer, type SignedCall, signedCalls } from './signed-calls.ts';

/** Of this stack: where EventBridge Scheduler is, and what it is to start as whom. */
export interface SchedulesSettings {
  url: string;
  group: string;
  targetArn: string;
  roleArn: string;
  /** Where goes what could not be handed to the target. */
  deadLetterArn: string;
}

/**
 * One-time schedules that remove themselves. Signed by hand (docs/decisions/0016): two calls need no client. A name is never used
 * again, so that the second try of a call meets nobody's work but its own.
 */
export function schedules(settings: SchedulesSettings): Schedules {
  const { AWS_REGION: region } = environment('AWS_REGION');
  const call = signedCalls(settings.url, {
    service: 'scheduler',
    region,
    atOnce: 16,
    longestSilence: 2_000,
    readsGoodAnswers: false,
  });
  return {
    async set(task, atMs) {
      const body = JSON.stringify(scheduleOf(settings, task, atMs));
      const answer = await twice(call, { method: 'POST', path: `/schedules/${task.schedule}`, body });
      if (answer.status !== 409) refuseUnlessDone(answer);
    },

    async drop(schedule) {
      const path = `/schedules/${schedule}?groupName=${encodeURIComponent(settings.group)}`;
      const { status, errorName } = await twice(call, { method: 'DELETE', path, body: '' });
      if (status >= 300 && status !== 404) log.warn('a schedule that is left', { status, errorName });
    },
  };
}

/** For how long Scheduler tries to hand over what Lambda does not take; its own defaults, written down. */
const retryPolicy = { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 };

/** Scheduler knows whole seconds: rounded up, so that nothing is sent before its time. */
const scheduleOf = (settings: SchedulesSettings, task: ScheduledTask, atMs: number) => ({
  ClientToken: task.schedule,
  GroupName: settings.group,
  ScheduleExpression: `at(${new Date(Math.ceil(atMs / 1_000) * 1_000).toISOString().slice(0, 19)})`,
  ScheduleExpressionTimezone: 'UTC',
  FlexibleTimeWindow: { Mode: 'OFF' },
  ActionAfterCompletion: 'DELETE',
  Target: {
    Arn: settings.targetArn,
    RoleArn: settings.roleArn,
    Input: inputOf(task),
    RetryPolicy: retryPolicy,
    DeadLetterConfig: { Arn: settings.deadLetterArn },
  },
});

/** Scheduler puts its own words in place of `<aws.scheduler.…>`, which an id of somebody's may happen to hold. */
const inputOf = (task: ScheduledTask) => JSON.stringify(task).replaceAll('<', '\\u003c');

async function twice(call: SignedCall, request: Parameters<SignedCall>[0]): Promise<Answer> {
  const first = await call(request);
  return isTransient(first) ? call(request) : first;
}

const isTransient = ({ status }: Answer) => status === 429 || status >= 500;

function refuseUnlessDone(answer: Answer): void {
  const { status, errorName, body } = answer;
  if (status < 300) return;
  if (isTransient(answer)) refuse('UNAVAILABLE', 'set the schedule', 'the scheduler does not answer now');
  const error = new Error(`unable to set the schedule; EventBridge Scheduler answered ${status}: ${body}`);
  error.name = errorName;
  throw error;
}
