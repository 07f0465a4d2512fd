import { Match } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { propertiesOf, readable, synthesise } from './synthesis.ts';

interface Statement {
  Effect: string;
  Action: string | string[];
  Resource: unknown;
  Condition?: Record<string, Record<string, string[]>>;
}

const { template } = synthesise();
const functions = propertiesOf(template, 'AWS::Lambda::Function');
const policies = propertiesOf(template, 'AWS::IAM::Policy');

/** Every function behind an API may write the items of its callers' limits and read who is banned, and by that no others. */
const limited = { 'ChatTable.Arn of RATE#*': 'dynamodb:UpdateItem', 'ChatTable.Arn of BAN#*': 'dynamodb:GetItem' };
/** What was uploaded is found and kept; without the right to list, S3 would not say that something was not uploaded. */
const carrying = { 'ChatBucket.Arn': 's3:ListBucket', 'ChatBucket.Arn/*': 's3:DeleteObjectTagging' };
const sending = {
  ...limited,
  ...carrying,
  'ChatTable.Arn': 'dynamodb:BatchGetItem dynamodb:GetItem dynamodb:PutItem dynamodb:Query dynamodb:UpdateItem',
};
const receipts = { ...limited, 'ChatTable.Arn': 'dynamodb:BatchGetItem dynamodb:Query dynamodb:UpdateItem' };
const syncing = {
  ...limited,
  'ChatTable.Arn': 'dynamodb:BatchGetItem dynamodb:DescribeTable dynamodb:Query dynamodb:UpdateItem',
  'ChatTable.Arn/index/GSI1': 'dynamodb:Query',
};
const callback = 'arn:aws:execute-api:us-east-1:000000000000:<WebSocketApi>/v1/POST/@connections/*';
const hangingUp = 'arn:aws:execute-api:us-east-1:000000000000:<WebSocketApi>/v1/DELETE/@connections/*';
/** Whoever gets frames may look up their connection, answer the last of them by a post, and close it. */
const framed = {
  ...limited,
  'ChatTable.Arn of USER#*': 'dynamodb:GetItem',
  [callback]: 'execute-api:ManageConnections',
  [hangingUp]: 'execute-api:ManageConnections',
};
const consuming =
  'sqs:ChangeMessageVisibility sqs:DeleteMessage sqs:GetQueueAttributes sqs:GetQueueUrl sqs:ReceiveMessage';
const streaming = 'dynamodb:DescribeStream dynamodb:GetRecords dynamodb:GetShardIterator dynamodb:ListStreams';

/** Function → resource → exactly these actions. The own log comes on top. */
const granted: Record<string, Record<string, string>> = {
  AuthorizeConnection: {},
  AuthorizeRequest: {},
  ChangeMessageFrame: {
    ...framed,
    'ChatTable.Arn': 'dynamodb:BatchGetItem dynamodb:DeleteItem dynamodb:PutItem dynamodb:Query dynamodb:UpdateItem',
  },
  Connect: { 'ChatTable.Arn': 'dynamodb:UpdateItem', [hangingUp]: 'execute-api:ManageConnections' },
  Disconnect: { 'ChatTable.Arn': 'dynamodb:UpdateItem' },
  FanOut: {
    'ChatTable.Arn': 'dynamodb:BatchGetItem dynamodb:Query dynamodb:UpdateItem',
    'ChatTable.StreamArn': streaming,
    [callback]: 'execute-api:ManageConnections',
    'NotificationsQueue.Arn': 'sqs:SendMessage',
    'PresenceQueue.Arn': 'sqs:SendMessage',
    'StreamRetryQueue.Arn': 'sqs:SendMessage',
    'StreamSliceQueue.Arn': 'sqs:SendMessage',
    'StreamUnreadableRecords.Arn': 'sqs:SendMessage',
  },
  JoinConversation: { ...framed, 'ChatTable.Arn': 'dynamodb:BatchGetItem dynamodb:UpdateItem' },
  ManageAttachments: {
    ...limited,
    'ChatTable.Arn': 'dynamodb:BatchGetItem dynamodb:PutItem dynamodb:UpdateItem',
    'ChatBucket.Arn/*': 's3:GetObject s3:GetObjectVersion s3:PutObject s3:PutObjectTagging',
  },
  ManageConnections: {
    ...limited,
    'ChatTable.Arn': 'dynamodb:GetItem dynamodb:UpdateItem',
    [hangingUp]: 'execute-api:ManageConnections',
  },
  ManageConversations: {
    ...limited,
    'ChatTable.Arn':
      'dynamodb:BatchGetItem dynamodb:BatchWriteItem dynamodb:ConditionCheckItem dynamodb:DeleteItem dynamodb:PutItem dynamodb:UpdateItem',
    'ChatTable.Arn/index/GSI1': 'dynamodb:Query',
  },
  ManageDevices: {
    ...limited,
    'ChatTable.Arn': 'dynamodb:DeleteItem dynamodb:GetItem dynamodb:PutItem dynamodb:Query dynamodb:UpdateItem',
    ...onPlatforms('app', '', 'sns:CreatePlatformEndpoint sns:DeleteEndpoint sns:SetEndpointAttributes'),
    ...onPlatforms('endpoint', '/*', 'sns:CreatePlatformEndpoint sns:DeleteEndpoint sns:SetEndpointAttributes'),
  },
  ManageKeys: {
    ...limited,
    'ChatTable.Arn': 'dynamodb:BatchGetItem dynamodb:DeleteItem dynamodb:PutItem dynamodb:Query dynamodb:UpdateItem',
    'ChatTable.Arn/index/GSI1': 'dynamodb:Query',
  },
  ManageProfile: {
    ...limited,
    'ChatTable.Arn':
      'dynamodb:ConditionCheckItem dynamodb:DeleteItem dynamodb:GetItem dynamodb:PutItem dynamodb:Query dynamodb:UpdateItem',
  },
  ManageMessages: {
    ...limited,
    'ChatTable.Arn':
      'dynamodb:BatchGetItem dynamodb:DeleteItem dynamodb:GetItem dynamodb:PutItem dynamodb:Query dynamodb:UpdateItem',
    'ChatTable.Arn/index/GSI1': 'dynamodb:Query',
  },
  ManageReceipts: receipts,
  ManageScheduled: {
    ...limited,
    ...carrying,
    'ChatTable.Arn': 'dynamodb:BatchGetItem dynamodb:GetItem dynamodb:PutItem dynamodb:Query dynamodb:UpdateItem',
    'arn:aws:scheduler:us-east-1:000000000000:schedule/Parley-local/*':
      'scheduler:CreateSchedule scheduler:DeleteSchedule',
    'SchedulingSchedulerRole.Arn': 'iam:PassRole',
  },
  Moderate: {
    ...limited,
    'ChatTable.Arn': 'dynamodb:BatchGetItem dynamodb:DeleteItem dynamodb:GetItem dynamodb:PutItem dynamodb:UpdateItem',
    [hangingUp]: 'execute-api:ManageConnections',
  },
  MoveWatermarkFrame: { ...framed, ...receipts },
  ManageMembers: {
    ...limited,
    'ChatTable.Arn': 'dynamodb:BatchGetItem dynamodb:DeleteItem dynamodb:PutItem dynamodb:Query dynamodb:UpdateItem',
  },
  ManageNotifications: { ...limited, 'ChatTable.Arn': 'dynamodb:GetItem dynamodb:UpdateItem' },
  Notify: {
    'ChatTable.Arn': 'dynamodb:BatchGetItem dynamodb:DeleteItem dynamodb:Query dynamodb:UpdateItem',
    'ChatTable.Arn/index/GSI1': 'dynamodb:Query',
    'NotificationsQueue.Arn': `${consuming} sqs:SendMessage`,
    'EventsBus.Arn': 'events:PutEvents',
    ...onPlatforms('endpoint', '/*', 'sns:Publish'),
    // Phone numbers.
    '*': 'sns:Publish',
  },
  Ping: { ...framed, 'ChatTable.Arn': 'dynamodb:BatchGetItem' },
  PostSlice: {
    'ChatTable.Arn': 'dynamodb:BatchGetItem dynamodb:UpdateItem',
    [callback]: 'execute-api:ManageConnections',
    'NotificationsQueue.Arn': 'sqs:SendMessage',
    'StreamRetryQueue.Arn': 'sqs:SendMessage',
    'StreamSliceQueue.Arn': consuming,
  },
  PublishEvents: {
    'ChatTable.Arn': 'dynamodb:BatchGetItem dynamodb:Query',
    'ChatTable.StreamArn': streaming,
    'EventsBus.Arn': 'events:PutEvents',
    'EventsUnpublishedRecords.Arn': 'sqs:SendMessage',
  },
  ReadAsAdmin: {
    ...limited,
    'ChatTable.Arn': 'dynamodb:BatchGetItem dynamodb:GetItem dynamodb:Query',
    'ChatBucket.Arn/*': 's3:GetObject s3:GetObjectVersion',
    'ChatTable.Arn of AUDIT#*': 'dynamodb:PutItem',
    'ChatTable.Arn/index/GSI1': 'dynamodb:Query',
  },
  ReadHistory: { ...limited, 'ChatTable.Arn': 'dynamodb:BatchGetItem dynamodb:Query' },
  ReadPresence: {
    ...limited,
    'ChatTable.Arn': 'dynamodb:BatchGetItem dynamodb:Query',
    'ChatTable.Arn/index/GSI1': 'dynamodb:Query',
  },
  RefuseFrame: {},
  RefuseRoute: {},
  RefreshToken: { ...framed, 'ChatTable.Arn': 'dynamodb:GetItem dynamodb:UpdateItem' },
  Relay: { ...framed, 'ChatTable.Arn': 'dynamodb:BatchGetItem dynamodb:UpdateItem' },
  ReportMessage: { ...limited, 'ChatTable.Arn': 'dynamodb:BatchGetItem dynamodb:PutItem' },
  RetryFrames: {
    'ChatTable.Arn': 'dynamodb:UpdateItem',
    'StreamRetryQueue.Arn': consuming,
    [callback]: 'execute-api:ManageConnections',
  },
  SearchMessages: {
    ...limited,
    'ChatTable.Arn': 'dynamodb:BatchGetItem dynamodb:Query',
    'ChatTable.Arn/index/GSI1': 'dynamodb:Query',
  },
  SendMessage: sending,
  SendMessageFrame: { ...framed, ...sending },
  SendScheduled: {
    ...carrying,
    'ChatTable.Arn': 'dynamodb:BatchGetItem dynamodb:GetItem dynamodb:PutItem dynamodb:Query dynamodb:UpdateItem',
    'SchedulingDeadLetters.Arn': 'sqs:SendMessage',
  },
  SetPresence: { ...framed, 'ChatTable.Arn': 'dynamodb:UpdateItem' },
  Sync: syncing,
  SyncFrame: { ...framed, ...syncing },
  TellPresence: {
    'ChatTable.Arn': 'dynamodb:BatchGetItem dynamodb:PutItem dynamodb:Query dynamodb:UpdateItem',
    'ChatTable.Arn/index/GSI1': 'dynamodb:Query',
    'PresenceQueue.Arn': consuming,
    'EventsBus.Arn': 'events:PutEvents',
    [callback]: 'execute-api:ManageConnections',
  },
};

test.each([...functions.keys()])('%s may do exactly what the table says, and write its own log', (name) => {
  expect(grantsOf(name)).toEqual({
    ...granted[name],
    [`${logGroupOf(name)}.Arn`]: 'logs:CreateLogStream logs:PutLogEvents',
  });
});

test('Scheduler may start the one function, park what that does not take, and act for this stack alone', () => {
  const own = [...policies.values()].filter(({ Roles }) => readable(Roles) === '<SchedulingSchedulerRole>');
  const statements = own.flatMap(({ PolicyDocument }) => (PolicyDocument as { Statement: Statement[] }).Statement);
  expect(statements.map(({ Action, Resource }) => [Action, readable(Resource)])).toEqual([
    ['lambda:InvokeFunction', 'SendScheduled.Arn'],
    ['sqs:SendMessage', 'SchedulingDeadLetters.Arn'],
  ]);
  template.hasResourceProperties('AWS::IAM::Role', {
    AssumeRolePolicyDocument: {
      Statement: [
        {
          Principal: { Service: 'scheduler.amazonaws.com' },
          Condition: {
            StringEquals: {
              'aws:SourceAccount': '000000000000',
              'aws:SourceArn': { 'Fn::GetAtt': [Match.stringLikeRegexp('^SchedulingGroup'), 'Arn'] },
            },
          },
        },
      ],
    },
  });
});

test('no role has a managed or inline policy beside', () => {
  const roles = [...propertiesOf(template, 'AWS::IAM::Role').values()];
  expect(roles.filter(({ ManagedPolicyArns, Policies }) => ManagedPolicyArns || Policies)).toEqual([]);
});

test('a stage without push applications and SMS grants nothing of SNS', () => {
  const { template } = synthesise({ platformApplications: {}, sms: 'off' });
  expect(JSON.stringify(template.findResources('AWS::IAM::Policy'))).not.toContain('sns:');
});

function onPlatforms(kind: string, suffix: string, actions: string): Record<string, string> {
  const arn = (platform: string) => `arn:aws:sns:us-east-1:000000000000:${kind}/${platform}/parley-local${suffix}`;
  return Object.fromEntries(['GCM', 'APNS', 'APNS_SANDBOX'].map((platform) => [arn(platform), actions]));
}

function grantsOf(name: string): Record<string, string> {
  const actions = new Map<string, string[]>();
  for (const statement of statementsOf(name)) {
    expect(statement).toMatchObject({ Effect: 'Allow' });
    for (const resource of [statement.Resource].flat().map((arn) => readable(arn) + partOf(statement))) {
      actions.set(resource, [...(actions.get(resource) ?? []), ...[statement.Action].flat()]);
    }
  }
  return Object.fromEntries([...actions].map(([resource, list]) => [resource, list.sort().join(' ')]));
}

/** Which items of the table alone, where it is not all of them. No other condition is known here. */
function partOf({ Condition }: Statement): string {
  if (Condition === undefined) return '';
  const { 'ForAllValues:StringLike': like = {}, ...others } = Condition;
  const { 'dynamodb:LeadingKeys': leadingKeys = [], ...more } = like;
  expect({ ...others, ...more }).toEqual({});
  return ` of ${leadingKeys.join(' ')}`;
}

function statementsOf(name: string): Statement[] {
  const role = readable(functions.get(name)?.Role).replace('.Arn', '');
  const own = [...policies.values()].filter(({ Roles }) => readable(Roles) === `<${role}>`);
  return own.flatMap(({ PolicyDocument }) => (PolicyDocument as { Statement: Statement[] }).Statement);
}

function logGroupOf(name: string): string {
  const config = functions.get(name)?.LoggingConfig;
  if (typeof config !== 'object' || config === null || !('LogGroup' in config)) return 'none';
  return readable(config.LogGroup).slice(1, -1);
}
