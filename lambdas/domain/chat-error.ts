import type { ErrorCode, FieldError } from '../../contract/errors.ts';
import type { Bucket } from './rate-limit.ts';

/** What a code may carry beside itself. */
export interface ErrorDetails {
  /** VALIDATION_FAILED: which fields, and why. */
  errors?: FieldError[];
  /** RATE_LIMITED: after how long there is room again. */
  retryAfterMs?: number;
  /** RATE_LIMITED by a user's bucket: how that stands. */
  bucket?: Bucket;
}

/** A refusal that the caller is told: its message is `unable to <operation>; <reason>` and holds no words of a user. */
export class ChatError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}, cause?: unknown) {
    super(message, { cause });
    this.name = 'ChatError';
    this.code = code;
    this.details = details;
  }
}

/** Throws: never returns, so that the compiler narrows what comes after. */
export function refuse(code: ErrorCode, operation: string, reason: string, cause?: unknown): never {
  throw new ChatError(code, `unable to ${operation}; ${reason}`, {}, cause);
}

export function refuseFields(operation: string, errors: FieldError[]): never {
  const fields = errors.map(({ path }) => path || 'the request').join(', ');
  throw new ChatError('VALIDATION_FAILED', `unable to ${operation}; not valid: ${fields}`, { errors });
}

/** RATE_LIMITED: the same can be done after a while. */
export function refuseForNow(
  operation: string,
  reason: string,
  wait: { retryAfterMs: number; bucket?: Bucket },
): never {
  throw new ChatError('RATE_LIMITED', `unable to ${operation}; ${reason}`, wait);
}
