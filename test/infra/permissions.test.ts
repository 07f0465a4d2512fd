import { expect, test } from 'vitest';
import { propertiesOf, readable, synthesise } from './synthesis.ts';

interface Statement {
  Effect: string;
  Action: string | string[];
  Resource: unknown;
  Condition?: unknown;
}

const { template } = synthesise();
const functions = propertiesOf(template, 'AWS::Lambda::Function');
const policies = propertiesOf(template, 'AWS::IAM::Policy');

const sending = { 'ChatTable.Arn': 'dynamodb:GetItem dynamodb:PutItem dynamodb:Query dynamodb:UpdateItem' };
const receipts = { 'ChatTable.Arn': 'dynamodb:BatchGetItem dynamodb:Query dynamodb:UpdateItem' };
const syncing = {
  'ChatTable.Arn': 'dynamodb:BatchGetItem dynamodb:DescribeTable dynamodb:Query dynamodb:UpdateItem',
  'ChatTable.Arn/index/GSI1': 'dynamodb:Query',
};
const callback = 'arn:aws:execute-api:us-east-1:000000000000:<WebSocketApi>/v1/POST/@connections/*';
const hangingUp = 'arn:aws:execute-api:us-east-1:000000000000:<WebSocketApi>/v1/DELETE/@connections/*';
const consuming =
  'sqs:ChangeMessageVisibility sqs:DeleteMessage sqs:GetQueueAttributes sqs:GetQueueUrl sqs:ReceiveMessage';

/** Function → resource → exactly these actions. The own log comes on top. */
const granted: Record<string, Record<string, string>> = {
  AuthorizeConnection: {},
  AuthorizeRequest: {},
  ChangeMessageFrame: {
    'ChatTable.Arn': 'dynamodb:BatchGetItem dynamodb:DeleteItem dynamodb:PutItem dynamodb:Query dynamodb:UpdateItem',
  },
  Connect: { 'ChatTable.Arn': 'dynamodb:UpdateItem', [hangingUp]: 'execute-api:ManageConnections' },
  Disconnect: { 'ChatTable.Arn': 'dynamodb:UpdateItem' },
  FanOut: {
    'ChatTable.Arn': 'dynamodb:BatchGetItem dynamodb:Query dynamodb:UpdateItem',
    'ChatTable.StreamArn': 'dynamodb:DescribeStream dynamodb:GetRecords dynamodb:GetShardIterator dynamodb:ListStreams',
    [callback]: 'execute-api:ManageConnections',
    'NotificationsQueue.Arn': 'sqs:SendMessage',
    'StreamRetryQueue.Arn': 'sqs:SendMessage',
    'StreamUnreadableRecords.Arn': 'sqs:SendMessage',
  },
  ManageConversations: {
    'ChatTable.Arn':
      'dynamodb:BatchGetItem dynamodb:BatchWriteItem dynamodb:ConditionCheckItem dynamodb:DeleteItem dynamodb:PutItem dynamodb:UpdateItem',
    'ChatTable.Arn/index/GSI1': 'dynamodb:Query',
  },
  ManageDevices: {
    'ChatTable.Arn': 'dynamodb:DeleteItem dynamodb:GetItem dynamodb:PutItem dynamodb:Query',
    ...onPlatforms('app', '', 'sns:CreatePlatformEndpoint sns:DeleteEndpoint sns:SetEndpointAttributes'),
    ...onPlatforms('endpoint', '/*', 'sns:CreatePlatformEndpoint sns:DeleteEndpoint sns:SetEndpointAttributes'),
  },
  ManageProfile: {
    'ChatTable.Arn':
      'dynamodb:ConditionCheckItem dynamodb:DeleteItem dynamodb:GetItem dynamodb:PutItem dynamodb:Query dynamodb:UpdateItem',
  },
  ManageMessages: {
    'ChatTable.Arn':
      'dynamodb:BatchGetItem dynamodb:DeleteItem dynamodb:GetItem dynamodb:PutItem dynamodb:Query dynamodb:UpdateItem',
    'ChatTable.Arn/index/GSI1': 'dynamodb:Query',
  },
  ManageReceipts: receipts,
  MoveWatermarkFrame: receipts,
  ManageMembers: {
    'ChatTable.Arn': 'dynamodb:BatchGetItem dynamodb:DeleteItem dynamodb:PutItem dynamodb:Query dynamodb:UpdateItem',
  },
  Notify: {
    'ChatTable.Arn': 'dynamodb:BatchGetItem dynamodb:DeleteItem dynamodb:Query',
    'NotificationsQueue.Arn': consuming,
    ...onPlatforms('endpoint', '/*', 'sns:Publish'),
  },
  ReadHistory: { 'ChatTable.Arn': 'dynamodb:BatchGetItem dynamodb:Query' },
  RefuseFrame: {},
  RefuseRoute: {},
  RetryFrames: {
    'ChatTable.Arn': 'dynamodb:UpdateItem',
    'StreamRetryQueue.Arn': consuming,
    [callback]: 'execute-api:ManageConnections',
  },
  SendMessage: sending,
  SendMessageFrame: sending,
  Sync: syncing,
  SyncFrame: syncing,
};

test.each([...functions.keys()])('%s may do exactly what the table says, and write its own log', (name) => {
  expect(grantsOf(name)).toEqual({
    ...granted[name],
    [`${logGroupOf(name)}.Arn`]: 'logs:CreateLogStream logs:PutLogEvents',
  });
});

test('no role has a managed or inline policy beside', () => {
  const roles = [...propertiesOf(template, 'AWS::IAM::Role').values()];
  expect(roles.filter(({ ManagedPolicyArns, Policies }) => ManagedPolicyArns || Policies)).toEqual([]);
});

test('a stage without push applications grants nothing of SNS', () => {
  const { template } = synthesise({ platformApplications: {} });
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
    expect(statement).not.toHaveProperty('Condition');
    for (const resource of [statement.Resource].flat().map(readable)) {
      actions.set(resource, [...(actions.get(resource) ?? []), ...[statement.Action].flat()]);
    }
  }
  return Object.fromEntries([...actions].map(([resource, list]) => [resource, list.sort().join(' ')]));
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
