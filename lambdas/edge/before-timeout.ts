import { refuse } from '../domain/chat-error.ts';

/**
 * middy ends an invocation a moment before Lambda would, so that there is an answer: that it took too long, and the same can succeed
 * later. middy's own error would be told as INTERNAL, after which no client tries again.
 */
export const beforeTimeout = {
  timeoutEarlyResponse: (): never => refuse('UNAVAILABLE', 'answer in time', 'what it needs is slow now'),
};
