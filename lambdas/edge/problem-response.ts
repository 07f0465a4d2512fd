import { errorCodes, type Problem } from '../../contract/errors.ts';
import { ChatError, type ErrorDetails } from '../domain/chat-error.ts';
import type { Bucket } from '../domain/rate-limit.ts';
import type { HttpResponse } from './http-handler.ts';
import { publicError } from './public-error.ts';

/** Where nobody knows better. */
const usualRetryAfterMs = 1_000;

/** An error as RFC 9457 has it, with when to come again where that is of use. */
export function problemResponse(error: unknown, requestId: string): HttpResponse {
  const { code, message, errors, retryAfterMs } = publicError(error);
  const { status, title, retryable } = errorCodes[code];
  const problem: Problem = {
    type: 'about:blank',
    title,
    status,
    detail: message,
    code,
    retryable,
    ...(errors && { errors }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    requestId,
  };
  return {
    statusCode: status,
    headers: {
      'content-type': 'application/problem+json',
      ...(retryable && { 'retry-after': wholeSeconds(retryAfterMs ?? usualRetryAfterMs) }),
      ...(error instanceof ChatError && bucketHeadersOf(error.details)),
    },
    body: JSON.stringify(problem),
  };
}

/** Rounded up: who comes back after it is not too early. */
const wholeSeconds = (ms: number): string => String(Math.ceil(ms / 1_000));

/** Where it is no bucket that limits, as in slow mode: one at a time. */
const bucketHeadersOf = ({ bucket, retryAfterMs }: ErrorDetails) => {
  if (retryAfterMs === undefined) return {};
  return bucketHeaders(bucket ?? { limit: 1, remaining: 0, resetMs: retryAfterMs });
};

const bucketHeaders = ({ limit, remaining, resetMs }: Bucket) => ({
  'x-ratelimit-limit': String(limit),
  'x-ratelimit-remaining': String(remaining),
  'x-ratelimit-reset': wholeSeconds(resetMs),
});
