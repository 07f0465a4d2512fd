import { ConditionalCheckFailedException, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { refuse } from '../domain/chat-error.ts';

/** By name: nothing is wrong with the call, and the same call can succeed later. */
const transientNames = new Set([
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
  'RequestLimitExceeded',
  'LimitExceededException',
  'TransactionConflictException',
  'TransactionInProgressException',
  'InternalServerError',
  'ServiceUnavailable',
  'ServiceUnavailableException',
  'TimeoutError',
]);
const transientCodes = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ETIMEDOUT',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);
const transientReasons = new Set(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded']);

/** Why a transaction was cancelled, item by item; the code of an item that was not to blame is the string `None`. */
const reasonsOf = (error: unknown): string[] =>
  error instanceof TransactionCanceledException
    ? (error.CancellationReasons ?? []).map(({ Code }) => Code ?? 'None')
    : [];

/** Another write to the same item was under way and nothing was decided. The SDK repeats neither form. */
export const isConflict = (error: unknown): boolean =>
  hasName(error, 'TransactionConflictException') ||
  (reasonsOf(error).includes('TransactionConflict') && !isFailedCondition(error));

export const isFailedCondition = (error: unknown): boolean =>
  error instanceof ConditionalCheckFailedException || reasonsOf(error).includes('ConditionalCheckFailed');

/** The item that stood in the way. The document client leaves it in DynamoDB's own notation when it is in an error. */
export const itemInTheWay = (error: unknown): Record<string, unknown> | undefined =>
  error instanceof ConditionalCheckFailedException && error.Item ? unmarshall(error.Item) : undefined;

/** Which part of a transaction was refused first, and the item that it met. */
export function failedPartOf(error: unknown): { failed: number; item: Record<string, unknown> | undefined } {
  const reasons = error instanceof TransactionCanceledException ? (error.CancellationReasons ?? []) : [];
  const failed = reasons.findIndex(({ Code }) => Code === 'ConditionalCheckFailed');
  const item = reasons[failed]?.Item;
  return { failed, item: item && unmarshall(item) };
}

/** How often the SDK tried: after a first try whose answer was lost, a second may meet what the first has written. */
export const attemptsOf = (error: unknown): number =>
  error instanceof ConditionalCheckFailedException ? (error.$metadata.attempts ?? 1) : 1;

/** Rethrows: as UNAVAILABLE where the same call can succeed later, as it is where only a change of the code can help. */
export function rethrow(error: unknown): never {
  if (isTransient(error)) refuse('UNAVAILABLE', 'use the table', 'it does not answer now', error);
  throw error;
}

const isTransient = (error: unknown): boolean =>
  error instanceof Error &&
  (transientNames.has(error.name) ||
    ('code' in error && typeof error.code === 'string' && transientCodes.has(error.code)) ||
    isOfServer(error) ||
    reasonsOf(error).some((reason) => transientReasons.has(reason)));

/** Whatever the body says: what stands before DynamoDB answers in HTML or with nothing, of which the SDK makes errors of any name. */
function isOfServer(error: object): boolean {
  const metadata = '$metadata' in error ? error.$metadata : undefined;
  const hasStatus = typeof metadata === 'object' && metadata !== null && 'httpStatusCode' in metadata;
  return hasStatus && Number(metadata.httpStatusCode) >= 500;
}

const hasName = (error: unknown, name: string) => error instanceof Error && error.name === name;
