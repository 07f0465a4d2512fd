import {
  BatchRequestTooLong,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  PurgeQueueCommand,
  QueueDoesNotExist,
  ReceiveMessageCommand,
  RequestThrottled,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
  SQSServiceException,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createClock } from '../../../local/clock.ts';
import { createMeter } from '../../../local/meter.ts';
import { createQueues } from '../../../local/sqs/queues.ts';
import { createSqsService } from '../../../local/sqs/service.ts';
import { openStore } from '../../../local/store.ts';
import { type AwsStandIn, startAwsStandIn } from './aws-stand-in.ts';
import { deploymentAllowing } from './deployment.ts';

const deployment = deploymentAllowing([], {
  Queue: { Type: 'AWS::SQS::Queue' },
  Slices: { Type: 'AWS::SQS::Queue', Properties: { FifoQueue: true } },
});
const urlOf = (id: string) => deployment.resources.get(id)?.ref ?? '';
const QueueUrl = urlOf('Queue');
const clock = createClock();
const store = openStore(':memory:');
const meter = createMeter();
let aws: AwsStandIn;

beforeAll(async () => {
  const queues = createQueues({ deployment, store, clock });
  aws = await startAwsStandIn(deployment, { sqs: createSqsService({ queues, meter }) });
});
afterAll(() => aws.close());

describe('SQS through the AWS endpoint', () => {
  let sqs: SQSClient;
  beforeAll(() => {
    sqs = new SQSClient(aws.settingsFor('local-admin'));
  });
  beforeEach(() => sqs.send(new PurgeQueueCommand({ QueueUrl })));
  afterAll(() => sqs.destroy());

  test('a message with attributes is sent, received and deleted', async () => {
    const MessageAttributes = { kind: { DataType: 'String', StringValue: 'push' } };
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'grüße', MessageAttributes }));
    const { Messages: messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    expect(messages).toMatchObject([
      { Body: 'grüße', MessageAttributes, Attributes: { ApproximateReceiveCount: '1' } },
    ]);
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: messages[0]?.ReceiptHandle }));
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
    expect(Attributes).toMatchObject({ ApproximateNumberOfMessagesNotVisible: '0', ApproximateNumberOfMessages: '0' });
  });

  test('the entries of a batch succeed and fail each on its own', async () => {
    const Entries = [
      { Id: 'a', MessageBody: 'one' },
      { Id: 'b', MessageBody: 'two', DelaySeconds: 901 },
    ];
    const answer = await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    expect(answer).toMatchObject({ Successful: [{ Id: 'a' }], Failed: [{ Id: 'b', Code: 'InvalidParameterValue' }] });
  });

  test('a message waits for its own delay, by the clock', async () => {
    const Entries = [
      { Id: 'now', MessageBody: 'now' },
      { Id: 'later', MessageBody: 'later', DelaySeconds: 10 },
    ];
    await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    const bodies = async () => {
      const { Messages: messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 3600 }),
      );
      return messages.map(({ Body }) => Body);
    };
    expect(await bodies()).toEqual(['now']);
    clock.advance(10_000);
    expect(await bodies()).toEqual(['later']);
  });

  test('a batch of more than 1 MiB is refused whole, however small each message', async () => {
    const Entries = ['a', 'b'].map((Id) => ({ Id, MessageBody: 'x'.repeat(600 * 1024) }));
    const send = sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    await expect(send).rejects.toBeInstanceOf(BatchRequestTooLong);
  });

  test('what is sent again to a FIFO queue is the message that is there', async () => {
    const message = { QueueUrl: urlOf('Slices'), MessageBody: 'x', MessageGroupId: 'c1', MessageDeduplicationId: 'r1' };
    const first = await sqs.send(new SendMessageCommand(message));
    const again = await sqs.send(new SendMessageCommand({ ...message, DelaySeconds: 0 }));
    expect(first.SequenceNumber).toMatch(/^\d{20}$/);
    expect(again).toMatchObject({ MessageId: first.MessageId, SequenceNumber: first.SequenceNumber });
    const receive = new ReceiveMessageCommand({ QueueUrl: urlOf('Slices'), MaxNumberOfMessages: 10 });
    const { Messages: messages } = await sqs.send(receive);
    expect(messages).toMatchObject([{ Attributes: { MessageGroupId: 'c1', MessageDeduplicationId: 'r1' } }]);
  });

  const ordered = { MessageGroupId: 'c1', MessageDeduplicationId: 'r1' };
  test.each([
    ['no group', 'Slices', { MessageDeduplicationId: 'r1' }, 'must contain the parameter MessageGroupId'],
    [
      'a group of other characters',
      'Slices',
      { ...ordered, MessageGroupId: 'grüße' },
      'MessageGroupId can only include',
    ],
    ['nothing to deduplicate by', 'Slices', { MessageGroupId: 'c1' }, 'should either have ContentBasedDeduplication'],
    ['a delay of its own', 'Slices', { ...ordered, DelaySeconds: 1 }, 'not valid for this queue type'],
    ['deduplication on a standard queue', 'Queue', { MessageDeduplicationId: 'r1' }, 'not valid for this queue type'],
    ['more than 1 MiB', 'Queue', { MessageBody: 'x'.repeat(1024 * 1024 + 1) }, 'must be shorter than 1048576 bytes'],
  ])('is refused with %s', async (_, queue, message, reason) => {
    const send = sqs.send(new SendMessageCommand({ QueueUrl: urlOf(queue), MessageBody: 'x', ...message }));
    await expect(send).rejects.toThrow(reason);
  });

  test('the first entry of a batch can fail by a fault of AWS', async () => {
    aws.faults.add([{ service: 'sqs', operation: 'SendMessageBatch', error: 'partial', when: 'before', times: 1 }]);
    const Entries = ['a', 'b'].map((Id) => ({ Id, MessageBody: Id }));
    const answer = await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    expect(answer).toMatchObject({ Successful: [{ Id: 'b' }], Failed: [{ Id: 'a', SenderFault: false }] });
    const { Messages: messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 2 }));
    expect(messages.map(({ Body }) => Body)).toEqual(['b']);
  });

  test('every started 64 KB are one request', async () => {
    meter.reset();
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x'.repeat(100 * 1024) }));
    expect(meter.report().sqs.requests).toBe(2);
  });

  test('an unknown queue raises the named exception', async () => {
    const send = sqs.send(new SendMessageCommand({ QueueUrl: `${QueueUrl}2`, MessageBody: 'lost' }));
    await expect(send).rejects.toBeInstanceOf(QueueDoesNotExist);
  });

  test.each([
    ['RequestThrottled', RequestThrottled],
    ['ServiceUnavailable', SQSServiceException],
  ] as const)('%s can be played', async (error, exception) => {
    aws.faults.add([{ service: 'sqs', operation: 'SendMessage', error, when: 'before', times: 1 }]);
    const send = sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'lost' }));
    await expect(send).rejects.toBeInstanceOf(exception);
  });

  test('a function without the grant is refused', async () => {
    const worker = new SQSClient(aws.settingsFor('local-Worker'));
    const send = worker.send(new SendMessageBatchCommand({ QueueUrl, Entries: [{ Id: 'a', MessageBody: 'one' }] }));
    await expect(send).rejects.toThrow(
      'is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:us-east-1:000000000000:Test-Queue because',
    );
    worker.destroy();
  });
});
