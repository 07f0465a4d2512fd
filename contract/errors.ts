/**
 * Every code that an answer can carry. `retryable`: the same request can succeed later, and repeating it is safe.
 * The HTTP status belongs to the code, so that no two places can disagree.
 */
export const errorCodes = {
  VALIDATION_FAILED: { status: 400, title: 'The request is not valid', retryable: false },
  UNAUTHENTICATED: { status: 401, title: 'The token is missing or not valid', retryable: false },
  FORBIDDEN: { status: 403, title: 'Not allowed', retryable: false },
  NOT_FOUND: { status: 404, title: 'Not found', retryable: false },
  CONFLICT: { status: 409, title: 'In conflict with the current state', retryable: false },
  PAYLOAD_TOO_LARGE: { status: 413, title: 'The request is too large', retryable: false },
  RATE_LIMITED: { status: 429, title: 'Too many requests', retryable: true },
  INTERNAL: { status: 500, title: 'Something went wrong', retryable: false },
  UNAVAILABLE: { status: 503, title: 'Not available at the moment', retryable: true },
} as const;

export type ErrorCode = keyof typeof errorCodes;

/** One thing wrong with one field of a request: `path` as in `members[2].role`, empty for the request as a whole. */
export interface FieldError {
  path: string;
  message: string;
}

/** The body of every HTTP error, `application/problem+json` (RFC 9457). */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: ErrorCode;
  retryable: boolean;
  errors?: FieldError[];
  /** RATE_LIMITED: the same can be done after so many milliseconds. `Retry-After` says it in whole seconds. */
  retryAfterMs?: number;
  requestId: string;
}
