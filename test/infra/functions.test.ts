import { globSync } from 'node:fs';
import { join } from 'node:path';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { describe, expect, test } from 'vitest';
import { localStage, propertiesOf, readable, synthesise } from './synthesis.ts';

const { template, entries } = synthesise();
const functions = propertiesOf(template, 'AWS::Lambda::Function');
const each = [...functions];

test('every entry below lambdas has its function, and every function its entry', () => {
  const lambdas = join(import.meta.dirname, '../../lambdas');
  const files = globSync('*/*.lambda.ts', { cwd: lambdas });
  expect(files.sort()).toEqual(entries.map((entry) => `${entry}.lambda.ts`).sort());
});

test('every function is named as in the architecture', () => {
  expect([...functions.keys()].sort()).toEqual([
    'AuthorizeConnection',
    'AuthorizeRequest',
    'ChangeMessageFrame',
    'Connect',
    'Disconnect',
    'FanOut',
    'JoinConversation',
    'ManageAttachments',
    'ManageConnections',
    'ManageConversations',
    'ManageDevices',
    'ManageKeys',
    'ManageMembers',
    'ManageMessages',
    'ManageNotifications',
    'ManageProfile',
    'ManageReceipts',
    'ManageScheduled',
    'Moderate',
    'MoveWatermarkFrame',
    'Notify',
    'Ping',
    'PostSlice',
    'PublishEvents',
    'ReadAsAdmin',
    'ReadHistory',
    'ReadPresence',
    'RefreshToken',
    'RefuseFrame',
    'RefuseRoute',
    'Relay',
    'ReportMessage',
    'RetryFrames',
    'SearchMessages',
    'SendMessage',
    'SendMessageFrame',
    'SendScheduled',
    'SetPresence',
    'Sync',
    'SyncFrame',
    'TellPresence',
  ]);
});

describe.each(each)('%s', (_, properties) => {
  test('has the house defaults', () => {
    expect(properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      LoggingConfig: { LogFormat: 'JSON' },
    });
    expect([256, 512]).toContain(properties.MemorySize);
  });
});

test('no two functions share a role or a log group', () => {
  const roles = each.map(([, { Role }]) => readable(Role));
  const logs = each.map(([, { LoggingConfig }]) => JSON.stringify(LoggingConfig));
  expect(new Set(roles).size).toBe(each.length);
  expect(new Set(logs).size).toBe(each.length);
});

test('every log has the retention of its stage', () => {
  const { template } = synthesise({ logRetention: RetentionDays.FIVE_DAYS, webSocketAccessLogs: true });
  const retention = [...propertiesOf(template, 'AWS::Logs::LogGroup').values()].map((log) => log.RetentionInDays);
  expect(retention).toEqual(Array(each.length + 2).fill(5));
});

test.each([
  ['AuthorizeConnection', 5],
  ['AuthorizeRequest', 5],
  ['SendMessageFrame', 10],
  ['SendMessage', 10],
  ['SendScheduled', 10],
  // Less than the least time that a message is scheduled ahead.
  ['ManageScheduled', 8],
  ['ManageMessages', 10],
  ['ChangeMessageFrame', 10],
  ['ReadHistory', 10],
  ['FanOut', 30],
  ['Notify', 30],
  ['RetryFrames', 5],
  ['PostSlice', 15],
])('%s ends after %i s', (name, seconds) => {
  expect(functions.get(name)?.Timeout).toBe(seconds);
});

const callback = 'https://<WebSocketApi>.execute-api.us-east-1.<AWS::URLSuffix>/v1';
const identity = {
  TOKEN_ISSUER: 'https://identity.parley.local',
  TOKEN_AUDIENCE: 'parley',
  JWKS_URL: 'https://identity.parley.local/jwks.json',
};
const table = { TABLE_NAME: '<ChatTable>' };
const applications = JSON.stringify({
  fcm: 'arn:aws:sns:us-east-1:000000000000:app/GCM/parley-local',
  apns: 'arn:aws:sns:us-east-1:000000000000:app/APNS/parley-local',
  apns_sandbox: 'arn:aws:sns:us-east-1:000000000000:app/APNS_SANDBOX/parley-local',
});

const asked = {
  ...table,
  RATE_LIMITS: JSON.stringify({
    send: { perSecond: 100, burst: 300 },
    request: { perSecond: 200, burst: 1000 },
    serviceFactor: 10,
  }),
};

const schedules = JSON.stringify({
  url: 'https://scheduler.us-east-1.<AWS::URLSuffix>',
  group: 'Parley-local',
  targetArn: 'SendScheduled.Arn',
  roleArn: 'SchedulingSchedulerRole.Arn',
  deadLetterArn: 'SchedulingDeadLetters.Arn',
});

const framed = { ...asked, CALLBACK_URL: callback };
const eventBus = '{"url":"https://events.us-east-1.<AWS::URLSuffix>","name":"<EventsBus>","source":"parley.local"}';

const bucket = { BUCKET_NAME: '<ChatBucket>', BUCKET_URL: 'https://ChatBucket.RegionalDomainName' };

const environments: Record<string, Record<string, string>> = {
  AuthorizeConnection: { ...identity, ALLOWED_ORIGINS: '*', ALLOW_QUERY_TOKEN: 'true' },
  AuthorizeRequest: identity,
  ChangeMessageFrame: framed,
  Connect: { ...table, CALLBACK_URL: callback, CONNECTS_PER_MINUTE: '20', CONNECTIONS_PER_USER: '10' },
  Disconnect: table,
  FanOut: {
    ...table,
    CALLBACK_URL: callback,
    NOTIFICATION_QUEUE_URL: '<NotificationsQueue>',
    RETRY_QUEUE_URL: '<StreamRetryQueue>',
    SLICE_QUEUE_URL: '<StreamSliceQueue>',
    PRESENCE_QUEUE_URL: '<PresenceQueue>',
    PRESENCE_GRACE_SECONDS: '10',
  },
  Ping: framed,
  PostSlice: {
    ...table,
    CALLBACK_URL: callback,
    NOTIFICATION_QUEUE_URL: '<NotificationsQueue>',
    RETRY_QUEUE_URL: '<StreamRetryQueue>',
  },
  PublishEvents: { ...table, EVENT_BUS: eventBus },
  JoinConversation: framed,
  ManageAttachments: {
    ...asked,
    ...bucket,
    CONTENT_TYPES: localStage.attachments.contentTypes.join(','),
    BYTES_PER_USER_AND_DAY: '1073741824',
  },
  ManageConnections: framed,
  ManageConversations: { ...asked, MEMBERS_PER_GROUP: '1000' },
  ManageDevices: { ...asked, PLATFORM_APPLICATIONS: applications },
  ManageKeys: asked,
  ManageMessages: asked,
  ManageNotifications: asked,
  ManageProfile: asked,
  ManageReceipts: asked,
  ManageScheduled: { ...asked, ...bucket, SCHEDULES: schedules },
  Moderate: framed,
  MoveWatermarkFrame: framed,
  ManageMembers: { ...asked, MEMBERS_PER_GROUP: '1000' },
  Notify: {
    ...table,
    NOTIFICATION_QUEUE_URL: '<NotificationsQueue>',
    QUIET_HOURS: 'defer',
    SMS_LIMITS: '{"perUserPerDay":10,"perDay":1000}',
    EVENT_BUS: eventBus,
  },
  ReadAsAdmin: { ...asked, ...bucket },
  ReadHistory: asked,
  ReadPresence: asked,
  RefuseFrame: {},
  RefuseRoute: {},
  RefreshToken: { ...framed, ...identity },
  Relay: framed,
  ReportMessage: asked,
  RetryFrames: { ...table, CALLBACK_URL: callback },
  SearchMessages: asked,
  SendMessage: { ...asked, ...bucket },
  SendMessageFrame: { ...framed, ...bucket },
  SendScheduled: { ...table, ...bucket },
  SetPresence: framed,
  Sync: asked,
  SyncFrame: framed,
  TellPresence: { ...table, CALLBACK_URL: callback, PRESENCE_GRACE_SECONDS: '10', EVENT_BUS: eventBus },
};

test.each(Object.entries(environments))('%s is told exactly what it needs', (name, expected) => {
  expect(variablesOf(functions.get(name) ?? {})).toEqual(expected);
});

test('traces functions only where the stage says so', () => {
  const { template } = synthesise({ tracing: true });
  const modes = [...propertiesOf(template, 'AWS::Lambda::Function').values()].map(({ TracingConfig }) => TracingConfig);
  expect(modes).toEqual(each.map(() => ({ Mode: 'Active' })));
  expect(each.every(([, { TracingConfig }]) => TracingConfig === undefined)).toBe(true);
});

function variablesOf({ Environment }: { Environment?: unknown }): Record<string, string> {
  if (typeof Environment !== 'object' || Environment === null || !('Variables' in Environment)) return {};
  const variables = Object.entries(Environment.Variables ?? {});
  return Object.fromEntries(variables.map(([name, value]) => [name, readable(value)]));
}
