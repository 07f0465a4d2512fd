import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import type { Readable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import type { InvocationOutcome, Json } from '../types.ts';
import type { FunctionConfig } from './function-config.ts';
import type { LambdaError, WorkerMessage, WorkerSettings } from './messages.ts';

/** Stripped of its types once here: a type stripper loaded in every thread costs each cold start 45 ms. */
const workerSource = new URL(
  `data:text/javascript,${encodeURIComponent(
    stripTypeScriptTypes(readFileSync(new URL('./worker.ts', import.meta.url), 'utf8')),
  )}`,
);

/** Lambda's own limit for the answer of a synchronous invocation. */
const maxPayloadBytes = 6_291_556;

/** Node's own choice, three times as much, is made for servers: with a dozen functions an idle host would be too big. */
const youngGenerationMb = 16;

/** One execution environment of a function: a thread with its own memory and variables. */
export interface WorkerThread {
  id: string;
  /** False once it crashed, timed out or was stopped: it takes no more invocations. */
  alive(): boolean;
  /** One at a time. */
  invoke(event: Json): Promise<{ outcome: InvocationOutcome; billedMs: number }>;
  stop(): Promise<void>;
}

export interface WorkerThreadOptions {
  compileCache: string;
  clockAhead: SharedArrayBuffer;
  log(stream: Readable): void;
}

export function startWorkerThread(config: FunctionConfig, options: WorkerThreadOptions): WorkerThread {
  const id = randomUUID();
  const worker = new Worker(workerSource, {
    env: { ...config.environment, AWS_SESSION_TOKEN: id },
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: config.memoryMb, maxYoungGenerationSizeMb: youngGenerationMb },
    stdout: true,
    stderr: true,
    workerData: settingsOf(config, options),
  });
  options.log(worker.stdout);
  options.log(worker.stderr);
  const life = follow(worker);
  let initMs = 0;

  const invoke = async (event: Json) => {
    const startedAt = performance.now();
    const startError = await life.started;
    if (startError) return { outcome: failure(startError), billedMs: Math.ceil(performance.now() - startedAt) };
    // AWS bills the start as well; it is over before the function's own time begins to run.
    if (initMs === 0) initMs = performance.now() - startedAt;
    const outcome = await invokeOnce(worker, life, config, JSON.stringify(event));
    return { outcome, billedMs: Math.ceil(performance.now() - startedAt) };
  };
  return { id, alive: life.alive, invoke, stop: async () => void (await worker.terminate()) };
}

function settingsOf(config: FunctionConfig, { compileCache, clockAhead }: WorkerThreadOptions): WorkerSettings {
  const { codeFolder, handler, functionName, arn, memoryMb } = config;
  return { codeFolder, handler, functionName, arn, memoryMb, compileCache, clockAhead };
}

interface Life {
  /** Resolves when the function's module is loaded, with the error that kept it from being so. */
  started: Promise<LambdaError | undefined>;
  /** Resolves when the thread is gone, with what Lambda would call it. */
  ended: Promise<LambdaError>;
  alive(): boolean;
}

function follow(worker: Worker): Life {
  let alive = true;
  let thrown: LambdaError | undefined;
  worker.once('error', (error: NodeJS.ErrnoException) => {
    thrown = uncaughtError(error);
  });
  const ended = new Promise<LambdaError>((resolve) => {
    worker.once('exit', (status) => {
      alive = false;
      resolve(thrown ?? exitError(status));
    });
  });
  const started = new Promise<LambdaError | undefined>((resolve) => {
    worker.once('message', (message: WorkerMessage) => {
      alive = message.type === 'ready';
      resolve(message.type === 'init-failed' ? message.error : undefined);
      if (!alive) void worker.terminate();
    });
    void ended.then(resolve);
  });
  return { started, ended, alive: () => alive };
}

/** A function that outgrows its memory is killed on Lambda. */
function uncaughtError({ code, name, message, stack }: NodeJS.ErrnoException): LambdaError {
  if (code !== 'ERR_WORKER_OUT_OF_MEMORY') {
    return { errorType: name, errorMessage: message, trace: stack?.split('\n') ?? [] };
  }
  return { errorType: 'Runtime.ExitError', errorMessage: 'Runtime exited with error: signal: killed' };
}

function exitError(status: number): LambdaError {
  const reason = status === 0 ? 'without providing a reason' : `with error: exit status ${status}`;
  return { errorType: 'Runtime.ExitError', errorMessage: `Runtime exited ${reason}` };
}

async function invokeOnce(worker: Worker, life: Life, config: FunctionConfig, event: string) {
  const requestId = randomUUID();
  const answer = new Promise<WorkerMessage>((resolve) => worker.once('message', resolve));
  const limit = timeLimit(config.timeoutMs);
  worker.postMessage({ requestId, event, deadline: Date.now() + config.timeoutMs });
  const ended = life.ended.then((error): WorkerMessage => ({ type: 'failed', error: withId(error, requestId) }));
  const message = await Promise.race([answer, ended, limit.passed]);
  limit.clear();
  if (message !== 'timeout') return outcomeOf(message);
  await worker.terminate();
  return failure(timeoutError(requestId, config.timeoutMs));
}

function timeLimit(ms: number): { passed: Promise<'timeout'>; clear(): void } {
  const { promise, resolve } = Promise.withResolvers<'timeout'>();
  const timer = setTimeout(() => resolve('timeout'), ms);
  return { passed: promise, clear: () => clearTimeout(timer) };
}

function outcomeOf(message: WorkerMessage): InvocationOutcome {
  if (message.type === 'failed' || message.type === 'init-failed') return failure(message.error);
  if (message.type === 'ready' || message.payload === undefined) return { ok: true, payload: undefined };
  if (Buffer.byteLength(message.payload) > maxPayloadBytes) return failure(tooLarge);
  return { ok: true, payload: JSON.parse(message.payload) };
}

const tooLarge: LambdaError = {
  errorType: 'Function.ResponseSizeTooLarge',
  errorMessage: `Response payload size exceeded maximum allowed payload size (${maxPayloadBytes} bytes).`,
};

function timeoutError(requestId: string, timeoutMs: number): LambdaError {
  const seconds = (timeoutMs / 1000).toFixed(2);
  return {
    errorType: 'Sandbox.Timedout',
    errorMessage: `RequestId: ${requestId} Error: Task timed out after ${seconds} seconds`,
  };
}

function withId(error: LambdaError, requestId: string): LambdaError {
  return { ...error, errorMessage: `RequestId: ${requestId} Error: ${error.errorMessage}` };
}

function failure(error: LambdaError): InvocationOutcome {
  return { ok: false, error };
}
