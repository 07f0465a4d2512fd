import {
  type AwsCall,
  AwsError,
  type AwsReply,
  type AwsRequest,
  type AwsService,
  jsonReply,
  targetOf,
} from '../aws/service.ts';
import type { Meter } from '../meter.ts';
import { digestOfAttributes, digestOfBody } from './message-digest.ts';
import type { MessageAttribute, Queues, ReceivedMessage } from './queues.ts';

interface Entry {
  Id?: string;
  MessageBody?: string;
  DelaySeconds?: number;
  MessageAttributes?: Record<string, MessageAttribute>;
}

interface Input extends Entry {
  QueueUrl?: string;
  Entries?: Entry[];
  MaxNumberOfMessages?: number;
  VisibilityTimeout?: number;
  ReceiptHandle?: string;
}

const MAX_BYTES = 1024 * 1024;
const MAX_BATCH = 10;
const MAX_DELAY_SECONDS = 900;

/** SQS's JSON protocol over the template's queues; receiving never waits, whatever `WaitTimeSeconds` says. */
export function createSqsService({ queues, meter }: { queues: Queues; meter: Meter }): AwsService {
  const operations: Record<string, { action: string; perform(arn: string, input: Input): unknown }> = {
    SendMessage: { action: 'SendMessage', perform: (arn, input) => send(queues, arn, input) },
    SendMessageBatch: { action: 'SendMessage', perform: (arn, input) => sendBatch(queues, arn, input) },
    ReceiveMessage: { action: 'ReceiveMessage', perform: (arn, input) => receive(queues, arn, input) },
    DeleteMessage: {
      action: 'DeleteMessage',
      perform: (arn, { ReceiptHandle = '' }) => queues.remove(arn, ReceiptHandle),
    },
    GetQueueAttributes: { action: 'GetQueueAttributes', perform: (arn) => ({ Attributes: attributesOf(queues, arn) }) },
    PurgeQueue: { action: 'PurgeQueue', perform: (arn) => queues.purge(arn) },
  };

  function understand(request: AwsRequest): AwsCall {
    const operation = targetOf(request);
    const known = operations[operation];
    if (!known) throw new AwsError(400, 'UnsupportedOperation', `the local host does not know sqs:${operation}`);
    const input: Input = JSON.parse(request.body.toString());
    const arn = queues.arnOf(input.QueueUrl ?? '');
    if (arn === undefined) throw new AwsError(400, 'QueueDoesNotExist', 'The specified queue does not exist.');
    return {
      operation,
      needs: [{ action: `sqs:${known.action}`, resources: [arn] }],
      async perform() {
        meter.queueRequest(request.body.length);
        return jsonReply(known.perform(arn, input) ?? {});
      },
    };
  }

  return { understand, refuse };
}

function send(queues: Queues, arn: string, entry: Entry) {
  const { MessageBody: body = '', MessageAttributes: attributes = {}, DelaySeconds: delay } = entry;
  if (body === '') throw new AwsError(400, 'MissingParameter', 'The request must contain the parameter MessageBody.');
  if (Buffer.byteLength(body) > MAX_BYTES) throw invalid(`Message must be shorter than ${MAX_BYTES} bytes.`);
  if (delay !== undefined && !(delay >= 0 && delay <= MAX_DELAY_SECONDS)) {
    throw invalid(
      `Value ${delay} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.`,
    );
  }
  const delayMs = delay === undefined ? {} : { delayMs: 1000 * delay };
  return {
    MessageId: queues.send(arn, { body, attributes, ...delayMs }),
    MD5OfMessageBody: digestOfBody(body),
    MD5OfMessageAttributes: digestOfAttributes(attributes),
  };
}

/** Each entry succeeds or fails on its own. */
function sendBatch(queues: Queues, arn: string, { Entries: entries = [] }: Input) {
  if (entries.length === 0) throw batchError('EmptyBatchRequest', 'There should be at least one entry.');
  if (entries.length > MAX_BATCH) throw batchError('TooManyEntriesInBatchRequest', 'Maximum number of entries is 10.');
  if (new Set(entries.map(({ Id }) => Id)).size < entries.length) {
    throw batchError('BatchEntryIdsNotDistinct', 'Two or more batch entries have the same Id.');
  }
  const Successful: unknown[] = [];
  const Failed: unknown[] = [];
  for (const entry of entries) {
    try {
      Successful.push({ Id: entry.Id, ...send(queues, arn, entry) });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      Failed.push({ Id: entry.Id, SenderFault: true, Code: error.code, Message: error.message });
    }
  }
  return { Successful, Failed };
}

function receive(queues: Queues, arn: string, input: Input) {
  const { MaxNumberOfMessages: limit = 1, VisibilityTimeout: seconds } = input;
  const messages = queues.receive(arn, limit, seconds === undefined ? undefined : 1000 * seconds);
  return { Messages: messages.map(described) };
}

function described(message: ReceivedMessage) {
  return {
    MessageId: message.messageId,
    ReceiptHandle: message.receiptHandle,
    Body: message.body,
    MD5OfBody: digestOfBody(message.body),
    MessageAttributes: Object.keys(message.attributes).length > 0 ? message.attributes : undefined,
    MD5OfMessageAttributes: digestOfAttributes(message.attributes),
    Attributes: systemAttributes(message),
  };
}

/** What SQS says about a message itself, to receivers and in Lambda's events. */
export function systemAttributes(message: ReceivedMessage): Record<string, string> {
  return {
    ApproximateReceiveCount: String(message.receives),
    SentTimestamp: String(message.sentAt),
    SenderId: 'local',
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
  };
}

function attributesOf(queues: Queues, arn: string): Record<string, string> {
  const counts = queues.counts(arn);
  return {
    QueueArn: arn,
    ApproximateNumberOfMessages: String(counts.visible),
    ApproximateNumberOfMessagesNotVisible: String(counts.inFlight),
    ApproximateNumberOfMessagesDelayed: String(counts.delayed),
  };
}

function invalid(message: string): AwsError {
  return new AwsError(400, 'InvalidParameterValue', message);
}

function batchError(code: string, message: string): AwsError {
  return new AwsError(400, code, message);
}

/** The header carries the code of SQS's former query protocol, by which older SDKs know the error. */
function refuse(error: AwsError): AwsReply {
  const reply = jsonReply({ __type: `com.amazonaws.sqs#${error.code}`, message: error.message });
  const queryCode = error.code === 'QueueDoesNotExist' ? 'AWS.SimpleQueueService.NonExistentQueue' : error.code;
  return { ...reply, status: error.status, headers: { ...reply.headers, 'x-amzn-query-error': `${queryCode};Sender` } };
}
