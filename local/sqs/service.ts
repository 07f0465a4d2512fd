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
import type { Queues, ReceivedMessage } from './queues.ts';
import { type Entry, send, sendBatch } from './send.ts';

interface Input extends Entry {
  QueueUrl?: string;
  Entries?: Entry[];
  MaxNumberOfMessages?: number;
  VisibilityTimeout?: number;
  ReceiptHandle?: string;
}

interface Operation {
  action: string;
  perform(arn: string, input: Input, fate?: 'partial'): unknown;
}

/** SQS's JSON protocol over the template's queues; receiving never waits, whatever `WaitTimeSeconds` says. */
export function createSqsService({ queues, meter }: { queues: Queues; meter: Meter }): AwsService {
  const operations: Record<string, Operation> = {
    SendMessage: { action: 'SendMessage', perform: (arn, input) => send(queues, arn, input) },
    SendMessageBatch: { action: 'SendMessage', perform: (arn, input, fate) => sendBatch(queues, arn, input, fate) },
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
      async perform(_caller, fate) {
        meter.queueRequest(arn, request.body.length);
        return jsonReply(known.perform(arn, input, fate) ?? {});
      },
    };
  }

  return { understand, refuse };
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
    ...(message.groupId !== undefined && { MessageGroupId: message.groupId }),
    ...(message.deduplicationId !== undefined && { MessageDeduplicationId: message.deduplicationId }),
    ...(message.sequenceNumber !== undefined && { SequenceNumber: message.sequenceNumber }),
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

/** The header carries the code of SQS's former query protocol, by which older SDKs know the error. */
function refuse(error: AwsError): AwsReply {
  const reply = jsonReply({ __type: `com.amazonaws.sqs#${error.code}`, message: error.message });
  const queryCode = error.code === 'QueueDoesNotExist' ? 'AWS.SimpleQueueService.NonExistentQueue' : error.code;
  return { ...reply, status: error.status, headers: { ...reply.headers, 'x-amzn-query-error': `${queryCode};Sender` } };
}
