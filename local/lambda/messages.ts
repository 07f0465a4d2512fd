import type { InvocationOutcome } from '../types.ts';

/** What the host and a worker thread say to each other. Events and results travel as JSON text, as on Lambda. */

export interface WorkerSettings {
  codeFolder: string;
  handler: string;
  functionName: string;
  arn: string;
  memoryMb: number;
  /** Compiled code is kept here, so that the next cold start is quicker. */
  compileCache: string;
  /** The host's clock, see HostClock. */
  clockAhead: SharedArrayBuffer;
}

export interface InvocationMessage {
  requestId: string;
  event: string;
  /** Milliseconds since 1970. */
  deadline: number;
}

export type WorkerMessage =
  | { type: 'ready' }
  | { type: 'init-failed'; error: LambdaError }
  | { type: 'succeeded'; payload: string | undefined }
  | { type: 'failed'; error: LambdaError };

export type LambdaError = Extract<InvocationOutcome, { ok: false }>['error'];
