import type { InvocationOutcome, Json } from '../types.ts';
import type { FunctionConfig } from './function-config.ts';
import type { FunctionLog } from './function-log.ts';
import { startWorkerThread, type WorkerThread } from './worker-thread.ts';

/**
 * More than this many invocations of one function at the same time wait their turn. On AWS the bound is the account's
 * concurrency (1,000 by default); a thread each would only make a laptop slower.
 */
const maxWorkers = 8;

/** A worker that had nothing to do for so long is retired, so that an idle host stays small. */
const idleMs = 60_000;

export interface InvocationReport {
  billedMs: number;
  coldStart: boolean;
}

export interface FunctionPool {
  invoke(event: Json): Promise<InvocationOutcome>;
  /** Ends a worker in the middle of what it does; false when it is not one of this pool. */
  kill(workerId: string): boolean;
  close(): Promise<void>;
}

interface PoolOptions {
  log: FunctionLog;
  compileCache: string;
  onInvoked(report: InvocationReport): void;
}

/** The workers of one function. Each runs one invocation at a time, as on Lambda. */
export function createFunctionPool(
  config: FunctionConfig,
  { log, compileCache, onInvoked }: PoolOptions,
): FunctionPool {
  const limit = Math.min(maxWorkers, config.reservedConcurrency ?? maxWorkers);
  const workers = new Set<WorkerThread>();
  const idle: { worker: WorkerThread; retire: NodeJS.Timeout }[] = [];
  const waiting: ((worker: WorkerThread) => void)[] = [];

  const start = () => {
    const worker = startWorkerThread(config, { compileCache, log: log.follow });
    workers.add(worker);
    return worker;
  };
  const drop = (worker: WorkerThread) => {
    workers.delete(worker);
    void worker.stop();
  };
  const take = () => {
    const latest = idle.pop();
    clearTimeout(latest?.retire);
    return latest?.worker;
  };
  const acquire = async (): Promise<{ worker: WorkerThread; coldStart: boolean }> => {
    for (let worker = take(); worker; worker = take()) {
      if (worker.alive()) return { worker, coldStart: false };
      drop(worker);
    }
    if (workers.size < limit) return { worker: start(), coldStart: true };
    return { worker: await new Promise((resolve) => waiting.push(resolve)), coldStart: false };
  };
  const release = (worker: WorkerThread) => {
    if (!worker.alive()) drop(worker);
    const next = waiting.shift();
    if (next) return next(worker.alive() ? worker : start());
    if (worker.alive()) idle.push({ worker, retire: setTimeout(() => retire(worker), idleMs).unref() });
  };
  const retire = (worker: WorkerThread) => {
    const index = idle.findIndex((entry) => entry.worker === worker);
    if (index >= 0) idle.splice(index, 1);
    drop(worker);
  };

  const invoke = async (event: Json) => {
    const { worker, coldStart } = await acquire();
    const { outcome, billedMs } = await worker.invoke(event);
    release(worker);
    onInvoked({ billedMs, coldStart });
    if (!outcome.ok && !isRefusal(outcome)) log.failure(`${outcome.error.errorType}: ${outcome.error.errorMessage}`);
    return outcome;
  };
  const kill = (workerId: string) => {
    const worker = [...workers].find(({ id }) => id === workerId);
    void worker?.stop();
    return worker !== undefined;
  };
  const close = async () => {
    await Promise.all([...workers].map((worker) => worker.stop()));
    await log.close();
  };
  return { invoke, kill, close };
}

/** An authorizer says no by throwing this very error: nothing is wrong with the function. */
function isRefusal(outcome: InvocationOutcome): boolean {
  return !outcome.ok && outcome.error.errorMessage === 'Unauthorized';
}
