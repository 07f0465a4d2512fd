import { Logger } from '@aws-lambda-powertools/logger';

const logger = new Logger({ serviceName: 'parley' });

/** One line about one invocation. Never the text of a message, a token, or a whole event. */
export interface InvocationLine {
  operation: string;
  outcome: 'ok' | 'refused' | 'failed';
  code?: string;
  ms: number;
  cold: boolean;
  /** Lambda's id of the invocation. */
  invocationId?: string;
  /** API Gateway's id of the request. */
  requestId?: string;
  [count: string]: string | number | boolean | undefined;
}

export const log = {
  invocation(line: InvocationLine): void {
    logger.info('invocation', line);
  },
  /** Handled, but somebody should know. */
  warn(message: string, details: Record<string, string | number | undefined> = {}): void {
    logger.warn(message, details);
  },
  /** Not handled: a person must look. */
  error(message: string, error: unknown): void {
    logger.error(message, { error: storyOf(error) });
  },
};

/**
 * Name, message and stack, of the causes too, and nothing else: the SDK's errors carry whole items, jose's a token's claims, and the
 * logger would print all that.
 */
const storyOf = (error: unknown): object =>
  error instanceof Error
    ? {
        name: error.name,
        message: error.message,
        stack: error.stack,
        ...(error.cause instanceof Error && { cause: storyOf(error.cause) }),
      }
    : { name: typeof error, message: 'something else than an error was thrown' };
