import { type ErrorCode, errorCodes, type FieldError } from '../../contract/errors.ts';
import { ChatError } from '../domain/chat-error.ts';

export interface PublicError {
  code: ErrorCode;
  message: string;
  errors?: FieldError[];
  retryAfterMs?: number;
}

/** What a client is told. An error that nobody foresaw says nothing of itself: its story is in the log, under the request's id. */
export function publicError(error: unknown): PublicError {
  if (!(error instanceof ChatError) || error.code === 'INTERNAL') {
    return { code: 'INTERNAL', message: errorCodes.INTERNAL.title };
  }
  const { code, message, details } = error;
  const { errors, retryAfterMs } = details;
  return { code, message, ...(errors && { errors }), ...(retryAfterMs !== undefined && { retryAfterMs }) };
}
