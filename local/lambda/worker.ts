import { createRequire, enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import type { InvocationMessage, LambdaError, WorkerMessage, WorkerSettings } from './messages.ts';

/**
 * Runs inside a worker thread: loads one function's bundle and runs its handler, as Lambda's Node 24 runtime does.
 * Imports nothing but Node's own modules: the thread is started from this file's text alone (worker-thread.ts).
 */

type Handler = (event: unknown, context: object) => unknown;

const settings: WorkerSettings = workerData;

const machineNow = Date.now;

function say(message: WorkerMessage): void {
  parentPort?.postMessage(message);
}

/** The host's time becomes the function's, so that what a test skips has passed for both. Timers run as they did. */
function followHostClock(): void {
  const ahead = new BigInt64Array(settings.clockAhead);
  const now = () => machineNow() + Number(Atomics.load(ahead, 0));
  Date.now = now;
  globalThis.Date = new Proxy(Date, {
    construct: (date, given, newTarget) => Reflect.construct(date, given.length > 0 ? given : [now()], newTarget),
    apply: () => new Date().toString(),
  });
}

function loadHandler(): Handler {
  const [file = 'index', name = 'handler'] = settings.handler.split('.');
  const bundle = join(settings.codeFolder, `${file}.js`);
  const handler: unknown = createRequire(bundle)(bundle)[name];
  if (typeof handler !== 'function') throw new HandlerNotFound(`${settings.handler} is undefined or not exported`);
  if (handler.length >= 3) throw new CallbackHandlerDeprecated('Node.js 24 functions take no callback');
  return (event, context) => handler(event, context);
}

class HandlerNotFound extends Error {
  override name = 'Runtime.HandlerNotFound';
}

class CallbackHandlerDeprecated extends Error {
  override name = 'Runtime.CallbackHandlerDeprecated';
}

function lambdaError(error: unknown): LambdaError {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return { errorType: error.name, errorMessage: error.message, trace: error.stack?.split('\n') ?? [] };
}

function contextOf({ requestId, deadline }: InvocationMessage): object {
  return {
    awsRequestId: requestId,
    callbackWaitsForEmptyEventLoop: true,
    functionName: settings.functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: settings.arn,
    logGroupName: `/aws/lambda/${settings.functionName}`,
    logStreamName: 'local',
    memoryLimitInMB: String(settings.memoryMb),
    getRemainingTimeInMillis: () => Math.max(0, deadline - machineNow()),
  };
}

async function run(handler: Handler, invocation: InvocationMessage): Promise<WorkerMessage> {
  try {
    const result = await handler(JSON.parse(invocation.event), contextOf(invocation));
    return { type: 'succeeded', payload: JSON.stringify(result) };
  } catch (error) {
    return { type: 'failed', error: lambdaError(error) };
  }
}

function start(): void {
  enableCompileCache(settings.compileCache);
  followHostClock();
  try {
    const handler = loadHandler();
    parentPort?.on('message', async (invocation: InvocationMessage) => say(await run(handler, invocation)));
    say({ type: 'ready' });
  } catch (error) {
    say({ type: 'init-failed', error: lambdaError(error) });
  }
}

start();
