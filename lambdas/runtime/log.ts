import { Logger } from '@aws-lambda-powertools/logger';

const logger = new Logger({ serviceName: 'parley' });

/** One line about one invocation. Never the text of a message, a token, or a whole event. */
export interface InvocationLine {
  operation: string;
  outcome: 'ok' | 'refused' | 'failed';
  code?: string;
  ms: number;
  cold: boolean;
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
    logger.error(message, error instanceof Error ? error : new Error(String(error)));
  },
};
