import {
  CreatePlatformEndpointCommand,
  DeleteEndpointCommand,
  EndpointDisabledException,
  GetEndpointAttributesCommand,
  InvalidParameterException,
  NotFoundException,
  PublishCommand,
  SetEndpointAttributesCommand,
  SNSClient,
} from '@aws-sdk/client-sns';
import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  PurgeQueueCommand,
  QueueDoesNotExist,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type AwsEndpoint, createAwsEndpoint } from '../../../local/aws/endpoint.ts';
import { createClock } from '../../../local/clock.ts';
import { createFaults } from '../../../local/faults.ts';
import { createIam } from '../../../local/iam/iam.ts';
import { createMeter } from '../../../local/meter.ts';
import { createPushEndpoints } from '../../../local/sns/push-endpoints.ts';
import { createPushSink } from '../../../local/sns/push-sink.ts';
import { createSnsService } from '../../../local/sns/service.ts';
import { createQueues } from '../../../local/sqs/queues.ts';
import { createSqsService } from '../../../local/sqs/service.ts';
import { openStore } from '../../../local/store.ts';
import { deploymentAllowing } from './deployment.ts';

const deployment = deploymentAllowing([], { Queue: { Type: 'AWS::SQS::Queue' } });
const QueueUrl = deployment.resources.get('Queue')?.ref ?? '';
const clock = createClock();
const store = openStore(':memory:');
const meter = createMeter();
const sink = createPushSink(store, clock);
let endpoint: AwsEndpoint;
const settings = (accessKeyId: string) => ({
  endpoint: endpoint.url,
  region: 'us-east-1',
  maxAttempts: 1,
  credentials: { accessKeyId, secretAccessKey: 'any', sessionToken: 'worker-1' },
});

beforeAll(async () => {
  const services = {
    sqs: createSqsService({ queues: createQueues({ deployment, store, clock }), meter }),
    sns: createSnsService({ endpoints: createPushEndpoints(store), sink, meter }),
  };
  endpoint = await createAwsEndpoint({ services, iam: createIam(deployment), faults: createFaults(() => {}) });
});
afterAll(() => endpoint.close());

describe('SQS through the AWS endpoint', () => {
  let sqs: SQSClient;
  beforeAll(() => {
    sqs = new SQSClient(settings('local-admin'));
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

  test('a function without the grant is refused', async () => {
    const worker = new SQSClient(settings('local-Worker'));
    const send = worker.send(new SendMessageBatchCommand({ QueueUrl, Entries: [{ Id: 'a', MessageBody: 'one' }] }));
    await expect(send).rejects.toThrow(
      'is not authorized to perform: sqs:SendMessage on resource: arn:aws:sqs:us-east-1:000000000000:Test-Queue because',
    );
    worker.destroy();
  });
});

describe('SNS through the AWS endpoint', () => {
  const PlatformApplicationArn = 'arn:aws:sns:us-east-1:000000000000:app/GCM/parley-local';
  let sns: SNSClient;
  beforeAll(() => {
    sns = new SNSClient(settings('local-admin'));
  });
  afterAll(() => sns.destroy());
  const register = async (Token: string, CustomUserData?: string) => {
    const create = new CreatePlatformEndpointCommand({ PlatformApplicationArn, Token, CustomUserData });
    return (await sns.send(create)).EndpointArn;
  };
  const disable = (EndpointArn: string | undefined) =>
    sns.send(new SetEndpointAttributesCommand({ EndpointArn, Attributes: { Enabled: 'false' } }));

  test('the same token is the same endpoint', async () => {
    const arn = await register('same', 'bob');
    expect(arn).toMatch(/^arn:aws:sns:us-east-1:000000000000:endpoint\/GCM\/parley-local\/[\w-]{36}$/);
    expect(await register('same', 'bob')).toBe(arn);
  });

  test('the same token with other attributes is refused in the words of AWS', async () => {
    const arn = await register('other', 'bob');
    const again = await register('other', 'eve').catch((error: unknown) => error);
    expect(again).toBeInstanceOf(InvalidParameterException);
    expect(again).toMatchObject({
      message: `Invalid parameter: Token Reason: Endpoint ${arn} already exists with the same Token, but different attributes.`,
    });
  });

  test('what is published can be seen', async () => {
    const TargetArn = await register('published');
    const Message = JSON.stringify({ default: 'Hi & <welcome>', GCM: '{}' });
    const MessageAttributes = { ttl: { DataType: 'String', StringValue: '60' } };
    await sns.send(new PublishCommand({ TargetArn, Message, MessageStructure: 'json', MessageAttributes }));
    expect(sink.published().at(-1)).toMatchObject({ target: TargetArn, message: Message, attributes: { ttl: '60' } });
    expect(meter.report().sns.publishes).toBe(1);
  });

  test('an endpoint is described as it was changed', async () => {
    const EndpointArn = await register('described <1>', 'bob');
    await disable(EndpointArn);
    const { Attributes } = await sns.send(new GetEndpointAttributesCommand({ EndpointArn }));
    expect(Attributes).toEqual({ Token: 'described <1>', Enabled: 'false', CustomUserData: 'bob' });
  });

  test('a disabled endpoint, a deleted one and a message without default raise the named exceptions', async () => {
    const TargetArn = await register('reachable');
    const publish = (Message: string) => sns.send(new PublishCommand({ TargetArn, Message, MessageStructure: 'json' }));
    await expect(publish('{"GCM":"{}"}')).rejects.toBeInstanceOf(InvalidParameterException);
    await disable(TargetArn);
    await expect(publish('{"default":""}')).rejects.toBeInstanceOf(EndpointDisabledException);
    await sns.send(new DeleteEndpointCommand({ EndpointArn: TargetArn }));
    await expect(publish('{"default":""}')).rejects.toThrow('No endpoint found for the target arn specified');
    await expect(disable(TargetArn)).rejects.toBeInstanceOf(NotFoundException);
  });

  test('a function without the grant is refused', async () => {
    const worker = new SNSClient(settings('local-Worker'));
    const publish = worker.send(new PublishCommand({ TargetArn: PlatformApplicationArn, Message: 'x' }));
    await expect(publish).rejects.toMatchObject({ name: 'AuthorizationErrorException' });
    worker.destroy();
  });
});
