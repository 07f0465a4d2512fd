import {
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

const deployment = deploymentAllowing([], { Queue: { Type: 'AWS::SQS::Queue' } });
const QueueUrl = deployment.resources.get('Queue')?.ref ?? '';
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
