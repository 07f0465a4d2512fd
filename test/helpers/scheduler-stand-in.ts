import { vi } from 'vitest';
import { httpStandIn, type StandInAnswer } from './http-stand-in.ts';

/** What a schedule is to do, and when. */
export interface SeenSchedule {
  /** As it was asked for: `at(2026-11-21T04:20:00)`. */
  expression: string;
  task: { schedule: string; [more: string]: unknown };
}

const done: StandInAnswer = { status: 200, body: '{}' };

/** EventBridge Scheduler as far as functions see it, at which the environment points from now on; nothing ever fires by itself. */
export async function schedulerStandIn() {
  const left = new Map<string, SeenSchedule>();
  let answer = done;
  const server = await httpStandIn(({ method, path, body }) => {
    if (answer !== done) return answer;
    const [, name = ''] = /^\/schedules\/([\w-]+)/.exec(path) ?? [];
    if (method === 'DELETE') left.delete(name);
    else left.set(name, seenIn(body));
    return done;
  });
  vi.stubEnv(
    'SCHEDULES',
    JSON.stringify({
      url: server.url,
      group: 'Parley-test',
      targetArn: 'arn:aws:lambda:us-east-1:000000000000:function:SendScheduled',
      roleArn: 'arn:aws:iam::000000000000:role/Scheduler',
      deadLetterArn: 'arn:aws:sqs:us-east-1:000000000000:dead-letters',
    }),
  );
  return {
    requests: server.requests,
    /** Those that are left, in the order in which they were set. */
    schedules: () => [...left.values()],
    answerWith(other: StandInAnswer = done) {
      answer = other;
    },
    close: server.close,
  };
}
export type SchedulerStandIn = Awaited<ReturnType<typeof schedulerStandIn>>;

function seenIn(body: string): SeenSchedule {
  const { ScheduleExpression, Target } = JSON.parse(body);
  return { expression: ScheduleExpression, task: JSON.parse(Target.Input) };
}
