import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { HostClock } from '../clock.ts';
import type { Invoke } from '../types.ts';
import type { FunctionConfig } from './function-config.ts';
import { openFunctionLog, type Report } from './function-log.ts';
import { createFunctionPool, type InvocationReport } from './function-pool.ts';

/** How long an invocation may still run when the host stops. */
const drainMs = 5_000;

export interface LambdaService {
  invoke: Invoke;
  /** Ends the worker with this id at once, as a crash of its machine would. */
  kill(workerId: string): void;
  /** Waits for what runs, though not for long. */
  close(): Promise<void>;
}

interface LambdaServiceOptions {
  /** The host's data folder: log files and compiled code go below it. */
  folder: string;
  /** The functions' time. */
  clock: HostClock;
  report: Report;
  onInvoked(config: FunctionConfig, invocation: InvocationReport): void;
}

/** All functions of the template. A function's first worker starts with its first invocation. */
export function createLambdaService(functions: FunctionConfig[], options: LambdaServiceOptions): LambdaService {
  const pools = new Map(functions.map((config) => [config.id, poolOf(config, options)]));
  const running = new Set<Promise<unknown>>();

  const invoke: Invoke = (functionId, event) => {
    const pool = pools.get(functionId);
    if (!pool) throw new Error(`the template has no function ${functionId}`);
    const invocation = pool.invoke(event);
    running.add(invocation);
    return invocation.finally(() => running.delete(invocation));
  };
  return {
    invoke,
    kill: (workerId) => void [...pools.values()].some((pool) => pool.kill(workerId)),
    close: async () => {
      await Promise.race([Promise.allSettled(running), wait(drainMs, undefined, { ref: false })]);
      await Promise.all([...pools.values()].map((pool) => pool.close()));
    },
  };
}

function poolOf(config: FunctionConfig, { folder, clock, report, onInvoked }: LambdaServiceOptions) {
  return createFunctionPool(config, {
    log: openFunctionLog(join(folder, 'logs'), config.name, report),
    compileCache: join(folder, 'compile-cache'),
    clockAhead: clock.ahead,
    onInvoked: (invocation) => onInvoked(config, invocation),
  });
}
