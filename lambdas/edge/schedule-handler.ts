import middy from '@middy/core';
import { logInvocation } from './log-invocation.ts';
import { untilKilled } from './until-killed.ts';

/** A schedule's input as we wrote it. What throws is run again by Lambda, and parked in the end. */
export const scheduleHandler = <Task>(operation: string, act: (task: Task) => Promise<void>) =>
  middy<Task, void>(untilKilled)
    .use(logInvocation(() => operation))
    .handler((task) => act(task));
