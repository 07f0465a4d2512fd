import { AwsError, playedFault } from '../aws/service.ts';
import { digestOfAttributes, digestOfBody } from './message-digest.ts';
import type { MessageAttribute, Queues } from './queues.ts';

/** A message as a request has it. */
export interface Entry {
  Id?: string;
  MessageBody?: string;
  DelaySeconds?: number;
  MessageAttributes?: Record<string, MessageAttribute>;
  MessageGroupId?: string;
  MessageDeduplicationId?: string;
}

interface Batch {
  Entries?: Entry[];
}

const MAX_BYTES = 1024 * 1024;
const MAX_BATCH = 10;
const MAX_DELAY_SECONDS = 900;
const WRONG_KIND = 'The request include parameter that is not valid for this queue type';

export function send(queues: Queues, arn: string, entry: Entry) {
  const { MessageBody: body = '', MessageAttributes: attributes = {}, DelaySeconds: delay } = entry;
  const { MessageGroupId: groupId, MessageDeduplicationId: deduplicationId } = entry;
  const { fifo } = queues.settings(arn);
  refuseContent(entry);
  refuseDelay(entry, fifo !== undefined);
  refuseOrder(entry, fifo);
  const sent = queues.send(arn, {
    body,
    attributes,
    ...(delay !== undefined && !fifo && { delayMs: 1000 * delay }),
    ...(groupId !== undefined && { groupId }),
    ...(deduplicationId !== undefined && { deduplicationId }),
  });
  return {
    MessageId: sent.messageId,
    SequenceNumber: sent.sequenceNumber,
    MD5OfMessageBody: digestOfBody(body),
    MD5OfMessageAttributes: digestOfAttributes(attributes),
  };
}

/** Each entry succeeds or fails on its own; `partial` fails the first. */
export function sendBatch(queues: Queues, arn: string, { Entries: entries = [] }: Batch, fate?: 'partial') {
  refuseBatch(entries);
  const Successful: unknown[] = [];
  const Failed: unknown[] = [];
  for (const [index, entry] of entries.entries()) {
    try {
      if (fate === 'partial' && index === 0) throw new AwsError(500, 'InternalError', playedFault);
      Successful.push({ Id: entry.Id, ...send(queues, arn, entry) });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      Failed.push({ Id: entry.Id, SenderFault: error.status < 500, Code: error.code, Message: error.message });
    }
  }
  return { Successful, Failed };
}

function refuseContent(entry: Entry): void {
  if (!entry.MessageBody) throw missing('MessageBody');
  if (sizeOf(entry) > MAX_BYTES) throw refused(`Message must be shorter than ${MAX_BYTES} bytes.`);
}

/** A FIFO queue delays all messages or none: zero alone is let through (observed in softwaremill/elasticmq#273). */
function refuseDelay({ DelaySeconds: delay = 0 }: Entry, isFifo: boolean): void {
  if (isFifo && delay !== 0) throw invalid('DelaySeconds', delay, WRONG_KIND);
  const isInRange = Number.isInteger(delay) && delay >= 0 && delay <= MAX_DELAY_SECONDS;
  if (!isInRange) throw invalid('DelaySeconds', delay, 'DelaySeconds must be >= 0 and <= 900');
}

/** A standard queue takes a group too, for fairness between groups, but no deduplication. */
function refuseOrder(entry: Entry, fifo: { byContent: boolean } | undefined): void {
  const { MessageGroupId: group, MessageDeduplicationId: deduplication } = entry;
  if (fifo && group === undefined) throw missing('MessageGroupId');
  if (!fifo && deduplication !== undefined) throw invalid('MessageDeduplicationId', deduplication, WRONG_KIND);
  for (const [name, value] of Object.entries({ MessageGroupId: group, MessageDeduplicationId: deduplication })) {
    if (value === undefined || /^[!-~]{1,128}$/.test(value)) continue;
    throw invalid(name, value, `${name} can only include alphanumeric and punctuation characters. 1 to 128 in length`);
  }
  if (fifo && !fifo.byContent && deduplication === undefined) {
    throw refused(
      'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
    );
  }
}

function refuseBatch(entries: Entry[]): void {
  const bytes = entries.reduce((sum, entry) => sum + sizeOf(entry), 0);
  if (entries.length === 0) throw batchError('EmptyBatchRequest', 'There should be at least one entry.');
  if (entries.length > MAX_BATCH) throw batchError('TooManyEntriesInBatchRequest', 'Maximum number of entries is 10.');
  if (new Set(entries.map(({ Id }) => Id)).size < entries.length) {
    throw batchError('BatchEntryIdsNotDistinct', 'Two or more batch entries have the same Id.');
  }
  if (bytes > MAX_BYTES) {
    const sentence = `Batch requests cannot be longer than ${MAX_BYTES} bytes. You have sent ${bytes} bytes.`;
    throw batchError('BatchRequestTooLong', sentence);
  }
}

/** Names, types and values of attributes count like the body. */
function sizeOf({ MessageBody: body = '', MessageAttributes: attributes = {} }: Entry): number {
  const parts = Object.entries(attributes).map(([name, { DataType, StringValue = '', BinaryValue = '' }]) => {
    return Buffer.byteLength(name + DataType + StringValue) + Buffer.byteLength(BinaryValue, 'base64');
  });
  return parts.reduce((sum, bytes) => sum + bytes, Buffer.byteLength(body));
}

function missing(name: string): AwsError {
  return new AwsError(400, 'MissingParameter', `The request must contain the parameter ${name}.`);
}

function invalid(name: string, value: unknown, reason: string): AwsError {
  return refused(`Value ${value} for parameter ${name} is invalid. Reason: ${reason}.`);
}

function refused(message: string): AwsError {
  return new AwsError(400, 'InvalidParameterValue', message);
}

function batchError(code: string, message: string): AwsError {
  return new AwsError(400, code, message);
}
