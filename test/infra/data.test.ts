import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { propertiesOf, readable, synthesise } from './synthesis.ts';

const { template } = synthesise();

describe('the table', () => {
  const protectedTemplate = synthesise({ protectData: true }).template;
  const replica = (settings: object) => ({ Replicas: [Match.objectLike(settings)] });

  test('has the keys, the index and the stream that the code relies on', () => {
    template.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
      KeySchema: [
        { AttributeName: 'PK', KeyType: 'HASH' },
        { AttributeName: 'SK', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'GSI1',
          KeySchema: [
            { AttributeName: 'GSI1PK', KeyType: 'HASH' },
            { AttributeName: 'GSI1SK', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
      BillingMode: 'PAY_PER_REQUEST',
      StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
      TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
      ...replica({ PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } }),
    });
  });

  test('keeps its logical id, so that no upgrade replaces the data', () => {
    expect([...propertiesOf(template, 'AWS::DynamoDB::GlobalTable').keys()]).toEqual(['ChatTable']);
  });

  test('outlives a protected stack and can not be deleted by hand', () => {
    protectedTemplate.hasResource('AWS::DynamoDB::GlobalTable', {
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
    });
    protectedTemplate.hasResourceProperties('AWS::DynamoDB::GlobalTable', replica({ DeletionProtectionEnabled: true }));
  });

  test('goes with any other stack', () => {
    template.hasResource('AWS::DynamoDB::GlobalTable', { DeletionPolicy: 'Delete' });
    template.hasResourceProperties('AWS::DynamoDB::GlobalTable', replica({ DeletionProtectionEnabled: false }));
  });
});

describe.each([
  [
    'FanOut',
    5,
    'StreamUnreadableRecords',
    [
      '{"dynamodb":{"NewImage":{"emit":{"S":[{"exists":true}]}}}}',
      '{"eventName":["REMOVE"],"dynamodb":{"OldImage":{"entity":{"S":["connections"]}}}}',
    ],
  ],
  [
    'PublishEvents',
    50,
    'EventsUnpublishedRecords',
    [
      '{"dynamodb":{"NewImage":{"emit":{"S":["message.created","message.updated","message.deleted","conversation.created","conversation.updated","conversation.closed","membership.changed"]}}}}',
    ],
  ],
] as const)('the stream mapping of %s', (name, retries, parked, patterns) => {
  const mapping = mappingOf(name);

  test('reads what it has to do with', () => {
    expect(mapping.FilterCriteria).toEqual({ Filters: patterns.map((Pattern) => ({ Pattern })) });
  });

  test.each([
    ['BatchSize', 100],
    ['MaximumBatchingWindowInSeconds', 0],
    ['ParallelizationFactor', 10],
    ['FunctionResponseTypes', ['ReportBatchItemFailures']],
    ['BisectBatchOnFunctionError', true],
    ['MaximumRetryAttempts', retries],
    ['MaximumRecordAgeInSeconds', 3600],
    ['StartingPosition', 'TRIM_HORIZON'],
  ])('%s is %o', (setting, value) => {
    expect(mapping[setting]).toEqual(value);
  });

  test('reads the table and parks what it gives up on', () => {
    expect(readable(mapping.EventSourceArn)).toBe('ChatTable.StreamArn');
    expect(mapping.DestinationConfig).toEqual({
      OnFailure: { Destination: { 'Fn::GetAtt': [expect.stringMatching(new RegExp(`^${parked}`)), 'Arn'] } },
    });
  });
});

describe.each([
  ['Notify', 'NotificationsQueue', 6, 5],
  ['RetryFrames', 'StreamRetryQueue', 2, 10],
  ['PostSlice', 'StreamSliceQueue', 2, 10],
  ['TellPresence', 'PresenceQueue', 6, 10],
] as const)('the mapping of %s', (name, queue, timeouts, batchSize) => {
  test('reads its queue in batches and reports failures one by one', () => {
    const { EventSourceArn, ...mapping } = mappingOf(name);
    expect(readable(EventSourceArn)).toBe(`${queue}.Arn`);
    expect(mapping).toMatchObject({ BatchSize: batchSize, FunctionResponseTypes: ['ReportBatchItemFailures'] });
  });

  test('hides a message from a second try for longer than the first may take', () => {
    const timeout = propertiesOf(template, 'AWS::Lambda::Function').get(name)?.Timeout;
    expect(queueNamed(queue).VisibilityTimeout).toBe(timeouts * Number(timeout));
  });
});

describe('the queues', () => {
  test('notifications wait as the stage says and are parked after five tries', () => {
    const delayed = synthesise({ pushDelaySeconds: 7 }).template;
    delayed.hasResourceProperties('AWS::SQS::Queue', {
      DelaySeconds: 7,
      RedrivePolicy: {
        deadLetterTargetArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^NotificationsDeadLetters'), 'Arn'] },
        maxReceiveCount: 5,
      },
    });
  });

  test('a frame is tried for two minutes', () => {
    expect(queueNamed('StreamRetryQueue').MessageRetentionPeriod).toBe(120);
  });

  test('who came or went is no news after ten minutes, and takes no more than twenty functions', () => {
    expect(queueNamed('PresenceQueue').MessageRetentionPeriod).toBe(600);
    expect(mappingOf('TellPresence').ScalingConfig).toEqual({ MaximumConcurrency: 20 });
  });

  test('slices keep the order of each group, of which any number may be busy, and are parked after four tries', () => {
    expect(queueNamed('StreamSliceQueue')).toMatchObject({
      FifoQueue: true,
      ContentBasedDeduplication: true,
      DeduplicationScope: 'messageGroup',
      FifoThroughputLimit: 'perMessageGroupId',
      RedrivePolicy: {
        deadLetterTargetArn: { 'Fn::GetAtt': [expect.stringMatching(/^StreamSliceDeadLetters/), 'Arn'] },
        maxReceiveCount: 4,
      },
    });
    expect(queueNamed('StreamSliceDeadLetters').FifoQueue).toBe(true);
  });

  test.each(['Notifications', 'Scheduling'])('calls a person for the first that %s parks', (name) => {
    expect([...propertiesOf(template, 'AWS::CloudWatch::Alarm').values()]).toContainEqual(
      expect.objectContaining({
        MetricName: 'ApproximateNumberOfMessagesVisible',
        Dimensions: [
          {
            Name: 'QueueName',
            Value: { 'Fn::GetAtt': [expect.stringMatching(new RegExp(`^${name}DeadLetters`)), 'QueueName'] },
          },
        ],
        Statistic: 'Maximum',
        ComparisonOperator: 'GreaterThanThreshold',
        Threshold: 0,
        TreatMissingData: 'notBreaching',
      }),
    );
  });

  test.each(['NotificationsDeadLetters', 'SchedulingDeadLetters', 'StreamUnreadableRecords', 'StreamSliceDeadLetters'])(
    '%s keeps for 14 days',
    (name) => {
      expect(queueNamed(name).MessageRetentionPeriod).toBe(14 * 86_400);
    },
  );

  test('all are encrypted and refuse plain HTTP', () => {
    const queues = [...propertiesOf(template, 'AWS::SQS::Queue').values()];
    expect(queues.every(({ SqsManagedSseEnabled }) => SqsManagedSseEnabled === true)).toBe(true);
    template.resourcePropertiesCountIs(
      'AWS::SQS::QueuePolicy',
      {
        PolicyDocument: Match.objectLike({
          Statement: [
            Match.objectLike({
              Effect: 'Deny',
              Action: 'sqs:*',
              Condition: { Bool: { 'aws:SecureTransport': 'false' } },
            }),
          ],
        }),
      },
      queues.length,
    );
  });
});

function mappingOf(name: string): Record<string, unknown> {
  const mappings = [...propertiesOf(template, 'AWS::Lambda::EventSourceMapping').values()];
  const own = mappings.filter(({ FunctionName }) => readable(FunctionName) === `<${name}>`);
  expect(own).toHaveLength(1);
  return own[0] ?? {};
}

function queueNamed(name: string): Record<string, unknown> {
  const [, properties] = [...propertiesOf(template, 'AWS::SQS::Queue')].find(([id]) => id.startsWith(name)) ?? [];
  return properties ?? {};
}
