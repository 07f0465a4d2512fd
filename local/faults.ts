import { AwsError, playedFault } from './aws/service.ts';
import type { Caller } from './types.ts';

/**
 * The errors that a rule may name, with the status that AWS gives them. Each service has its own words for being busy
 * or broken, by which the SDK knows what to repeat.
 */
const statuses = {
  // DynamoDB
  ProvisionedThroughputExceededException: 400,
  TransactionConflictException: 400,
  InternalServerError: 500,
  // DynamoDB and EventBridge
  ThrottlingException: 400,
  // @connections
  GoneException: 410,
  LimitExceededException: 429,
  // SNS
  EndpointDisabled: 400,
  PlatformApplicationDisabled: 400,
  InvalidParameter: 400,
  NotFound: 404,
  Throttled: 429,
  InternalError: 500,
  // SQS
  RequestThrottled: 403,
  ServiceUnavailable: 503,
  // EventBridge
  InternalException: 500,
} as const;

/** No answer, no answer and the worker dies, and an answer by which one entry of a batch has failed. */
const others = ['timeout', 'crash', 'partial'] as const;

export type FaultError = keyof typeof statuses | (typeof others)[number];

export const faultErrors = [...Object.keys(statuses), ...others];

export const isFaultError = (name: unknown): name is FaultError => faultErrors.some((error) => error === name);

export interface FaultRule {
  /** `dynamodb`, `sqs`, `sns`, `events`, `execute-api` or `s3`. */
  service: string;
  operation: string;
  /** The logical id of one function; every caller when absent. */
  function?: string;
  error: FaultError;
  /** `after` lets the call happen and then fails it, as a lost answer does. */
  when: 'before' | 'after';
  /** How many calls go by unharmed first. */
  skip?: number;
  /** How many calls are struck. */
  times: number;
}

export interface FaultPoint {
  service: string;
  operation: string;
  caller: Caller;
}

type Fate = 'silence' | 'partial';

export interface Faults {
  add(rules: FaultRule[]): void;
  clear(): void;
  /** Throws the fault that is due here. `silence` means that the caller must never be answered. */
  strike(at: FaultPoint, when: FaultRule['when']): Fate | undefined;
}

/** `onCrash` ends the worker that made the call. */
export function createFaults(onCrash: (caller: Caller) => void): Faults {
  let rules: FaultRule[] = [];

  function strike(at: FaultPoint, when: FaultRule['when']): Fate | undefined {
    if (rules.length === 0) return undefined;
    const rule = rules.find((candidate) => candidate.when === when && applies(candidate, at));
    if (!rule) return undefined;
    if (rule.skip) {
      rule.skip -= 1;
      return undefined;
    }
    rule.times -= 1;
    if (rule.error === 'crash') onCrash(at.caller);
    return fateBy(rule.error);
  }

  return {
    add: (more) => {
      rules = [...rules.filter((rule) => rule.times > 0), ...more.map((rule) => ({ ...rule }))];
    },
    clear: () => {
      rules = [];
    },
    strike,
  };
}

function fateBy(error: FaultError): Fate {
  if (error === 'partial') return error;
  if (error === 'crash' || error === 'timeout') return 'silence';
  throw new AwsError(statuses[error], error, playedFault);
}

function applies(rule: FaultRule, at: FaultPoint): boolean {
  return (
    rule.times > 0 &&
    rule.service === at.service &&
    rule.operation === at.operation &&
    (rule.function === undefined || rule.function === at.caller.functionId)
  );
}
