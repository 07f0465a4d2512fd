import type { InvocationOutcome, Json } from '../types.ts';
import type { FunctionConfig } from './function-config.ts';
import type { FunctionLog } from './function-log.ts';
import { startWorkerThread, type WorkerThread } from './worker-thread.ts';

/**
 * More than this many invocations of one function at the same time wait their turn. On AWS the bound is the account's
 * concurrency (1,000 by default); a thread each would only make a laptop slower.
 */
const maxWorkers = 4;

/** A worker that had nothing to do for so long is retired, so that an idle host stays small. */
const idleMs = 30_000;

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
  clockAhead: SharedArrayBuffer;
  onInvoked(report: InvocationReport): void;
}

/** The workers of one function. Each runs one invocation at a time, as on Lambda. */
export function createFunctionPool(
  config: FunctionConfig,
  { log, compileCache, clockAhead, onInvoked }: PoolOptions,
): FunctionPool {
  const start = () => startWorkerThread(config, { compileCache, clockAhead, log: log.follow });
  const workers = createWorkers(config, start);
  return {
    invoke: async (event) => {
      const { worker, coldStart } = await workers.acquire();
      const { outcome, billedMs } = await worker.invoke(event);
      workers.release(worker);
      onInvoked({ billedMs, coldStart });
      if (!outcome.ok && !isRefusal(outcome)) log.failure(`${outcome.error.errorType}: ${outcome.error.errorMessage}`);
      return outcome;
    },
    kill: (workerId) => {
      const worker = [...workers.all].find(({ id }) => id === workerId);
      void worker?.stop();
      return worker !== undefined;
    },
    close: async () => {
      await Promise.all([...workers.all].map((worker) => worker.stop()));
      await log.close();
    },
  };
}

interface Workers {
  all: Set<WorkerThread>;
  acquire(): Promise<{ worker: WorkerThread; coldStart: boolean }>;
  release(worker: WorkerThread): void;
}

function createWorkers(config: FunctionConfig, start: () => WorkerThread): Workers {
  const limit = Math.min(maxWorkers, config.reservedConcurrency ?? maxWorkers);
  const all = new Set<WorkerThread>();
  const waiting: (() => void)[] = [];
  const drop = (worker: WorkerThread) => {
    all.delete(worker);
    void worker.stop();
  };
  const idle = createIdleShelf(drop);

  const acquire: Workers['acquire'] = async () => {
    for (let worker = idle.take(); worker; worker = idle.take()) {
      if (worker.alive()) return { worker, coldStart: false };
      drop(worker);
    }
    if (all.size >= limit) {
      await new Promise<void>((resolve) => waiting.push(resolve));
      return acquire();
    }
    const worker = start();
    all.add(worker);
    return { worker, coldStart: true };
  };
  const release = (worker: WorkerThread) => {
    if (worker.alive()) idle.put(worker);
    else drop(worker);
    waiting.shift()?.();
  };
  return { all, acquire, release };
}

/** Idle workers, the last one first: those that are not needed get old, and are retired. */
function createIdleShelf(retire: (worker: WorkerThread) => void) {
  const shelf: { worker: WorkerThread; timer: NodeJS.Timeout }[] = [];
  const expire = (worker: WorkerThread) => {
    const index = shelf.findIndex((entry) => entry.worker === worker);
    shelf.splice(index, 1);
    retire(worker);
  };
  return {
    put: (worker: WorkerThread) => shelf.push({ worker, timer: setTimeout(() => expire(worker), idleMs).unref() }),
    take: () => {
      const latest = shelf.pop();
      clearTimeout(latest?.timer);
      return latest?.worker;
    },
  };
}

/** An authorizer says no by throwing this very error: nothing is wrong with the function. */
function isRefusal(outcome: InvocationOutcome): boolean {
  return !outcome.ok && outcome.error.errorMessage === 'Unauthorized';
}
