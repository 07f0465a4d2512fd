import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { propertiesOf, readable, synthesise } from './synthesis.ts';

const { template } = synthesise();

interface RouteRow {
  key: string;
  api: string;
  target: string;
  authorizer: string;
  replies: boolean;
}

const routes = [...propertiesOf(template, 'AWS::ApiGatewayV2::Route').values()].map(rowOf);

test.each<[api: string, key: string, target: string, authorizer: string, replies: boolean]>([
  ['WebSocketApi', '$connect', 'Connect', 'CUSTOM', false],
  ['WebSocketApi', '$disconnect', 'Disconnect', 'NONE', false],
  ['WebSocketApi', '$default', 'RefuseFrame', 'NONE', true],
  ['WebSocketApi', 'message.send', 'SendMessageFrame', 'NONE', true],
  ['WebSocketApi', 'message.edit', 'ChangeMessageFrame', 'NONE', true],
  ['WebSocketApi', 'message.delete', 'ChangeMessageFrame', 'NONE', true],
  ['WebSocketApi', 'reaction.add', 'ChangeMessageFrame', 'NONE', true],
  ['WebSocketApi', 'reaction.remove', 'ChangeMessageFrame', 'NONE', true],
  ['HttpApi', 'POST /v1/conversations/{conversationId}/messages', 'SendMessage', 'CUSTOM', false],
  ['HttpApi', 'GET /v1/conversations/{conversationId}/messages', 'ReadHistory', 'CUSTOM', false],
  ['HttpApi', 'POST /v1/conversations/{conversationId}/attachments', 'ManageAttachments', 'CUSTOM', false],
  ['HttpApi', 'GET /v1/attachments/{attachmentId}', 'ManageAttachments', 'CUSTOM', false],
  ['HttpApi', 'GET /v1/messages/{messageId}', 'ManageMessages', 'CUSTOM', false],
  ['HttpApi', 'PATCH /v1/messages/{messageId}', 'ManageMessages', 'CUSTOM', false],
  ['HttpApi', 'DELETE /v1/messages/{messageId}', 'ManageMessages', 'CUSTOM', false],
  ['HttpApi', 'POST /v1/messages/{messageId}/forward', 'ManageMessages', 'CUSTOM', false],
  ['HttpApi', 'GET /v1/messages/{messageId}/replies', 'ManageMessages', 'CUSTOM', false],
  ['HttpApi', 'GET /v1/messages/{messageId}/reactions', 'ManageMessages', 'CUSTOM', false],
  ['HttpApi', 'PUT /v1/messages/{messageId}/reactions/{emoji}', 'ManageMessages', 'CUSTOM', false],
  ['HttpApi', 'DELETE /v1/messages/{messageId}/reactions/{emoji}', 'ManageMessages', 'CUSTOM', false],
  ['HttpApi', 'PUT /v1/messages/{messageId}/pin', 'ManageMessages', 'CUSTOM', false],
  ['HttpApi', 'DELETE /v1/messages/{messageId}/pin', 'ManageMessages', 'CUSTOM', false],
  ['HttpApi', 'GET /v1/conversations/{conversationId}/pins', 'ManageMessages', 'CUSTOM', false],
  ['HttpApi', 'POST /v1/conversations', 'ManageConversations', 'CUSTOM', false],
  ['HttpApi', 'GET /v1/conversations', 'ManageConversations', 'CUSTOM', false],
  ['HttpApi', 'GET /v1/conversations/{conversationId}', 'ManageConversations', 'CUSTOM', false],
  ['HttpApi', 'PATCH /v1/conversations/{conversationId}', 'ManageConversations', 'CUSTOM', false],
  ['HttpApi', 'DELETE /v1/conversations/{conversationId}', 'ManageConversations', 'CUSTOM', false],
  ['HttpApi', 'POST /v1/conversations/{conversationId}/join', 'ManageConversations', 'CUSTOM', false],
  ['HttpApi', 'GET /v1/channels', 'ManageConversations', 'CUSTOM', false],
  ['HttpApi', 'GET /v1/conversations/{conversationId}/members', 'ManageMembers', 'CUSTOM', false],
  ['HttpApi', 'POST /v1/conversations/{conversationId}/members', 'ManageMembers', 'CUSTOM', false],
  ['HttpApi', 'PUT /v1/conversations/{conversationId}/members', 'ManageMembers', 'CUSTOM', false],
  ['HttpApi', 'PATCH /v1/conversations/{conversationId}/members/{userId}', 'ManageMembers', 'CUSTOM', false],
  ['HttpApi', 'DELETE /v1/conversations/{conversationId}/members/{userId}', 'ManageMembers', 'CUSTOM', false],
  ['HttpApi', 'PATCH /v1/conversations/{conversationId}/preferences', 'ManageMembers', 'CUSTOM', false],
  ['HttpApi', 'GET /v1/users/me/devices', 'ManageDevices', 'CUSTOM', false],
  ['HttpApi', 'PUT /v1/users/me/devices/{deviceId}', 'ManageDevices', 'CUSTOM', false],
  ['HttpApi', 'DELETE /v1/users/me/devices/{deviceId}', 'ManageDevices', 'CUSTOM', false],
  ['HttpApi', 'PUT /v1/users/me/keys/{deviceId}', 'ManageKeys', 'CUSTOM', false],
  ['HttpApi', 'DELETE /v1/users/me/keys/{deviceId}', 'ManageKeys', 'CUSTOM', false],
  ['HttpApi', 'GET /v1/users/{userId}/keys', 'ManageKeys', 'CUSTOM', false],
  ['HttpApi', 'POST /v1/users/{userId}/keys/claim', 'ManageKeys', 'CUSTOM', false],
  ['WebSocketApi', 'receipt.read', 'MoveWatermarkFrame', 'NONE', true],
  ['WebSocketApi', 'receipt.delivered', 'MoveWatermarkFrame', 'NONE', true],
  ['HttpApi', 'POST /v1/conversations/{conversationId}/read', 'ManageReceipts', 'CUSTOM', false],
  ['HttpApi', 'POST /v1/conversations/{conversationId}/delivered', 'ManageReceipts', 'CUSTOM', false],
  ['HttpApi', 'GET /v1/conversations/{conversationId}/receipts', 'ManageReceipts', 'CUSTOM', false],
  ['HttpApi', 'GET /v1/users/me', 'ManageProfile', 'CUSTOM', false],
  ['HttpApi', 'PUT /v1/users/me', 'ManageProfile', 'CUSTOM', false],
  ['HttpApi', 'GET /v1/users/{userId}', 'ManageProfile', 'CUSTOM', false],
  ['HttpApi', 'GET /v1/users/me/blocks', 'ManageProfile', 'CUSTOM', false],
  ['HttpApi', 'PUT /v1/users/me/blocks/{userId}', 'ManageProfile', 'CUSTOM', false],
  ['HttpApi', 'DELETE /v1/users/me/blocks/{userId}', 'ManageProfile', 'CUSTOM', false],
  ['HttpApi', 'GET /v1/users/me/notifications', 'ManageNotifications', 'CUSTOM', false],
  ['HttpApi', 'PUT /v1/users/me/notifications', 'ManageNotifications', 'CUSTOM', false],
  ['WebSocketApi', 'ping', 'Ping', 'NONE', true],
  ['WebSocketApi', 'auth.refresh', 'RefreshToken', 'NONE', true],
  ['HttpApi', 'DELETE /v1/users/me/connections', 'ManageConnections', 'CUSTOM', false],
  ['HttpApi', 'PUT /v1/admin/bans/{userId}', 'Moderate', 'CUSTOM', false],
  ['HttpApi', 'DELETE /v1/admin/bans/{userId}', 'Moderate', 'CUSTOM', false],
  ['HttpApi', 'PATCH /v1/admin/reports/{reportId}', 'Moderate', 'CUSTOM', false],
  ['HttpApi', 'GET /v1/admin/attachments/{attachmentId}', 'ReadAsAdmin', 'CUSTOM', false],
  ['HttpApi', 'GET /v1/admin/bans', 'ReadAsAdmin', 'CUSTOM', false],
  ['HttpApi', 'GET /v1/admin/reports', 'ReadAsAdmin', 'CUSTOM', false],
  ['HttpApi', 'GET /v1/admin/audit', 'ReadAsAdmin', 'CUSTOM', false],
  ['HttpApi', 'GET /v1/admin/users/{userId}/blocks', 'ReadAsAdmin', 'CUSTOM', false],
  ['HttpApi', 'GET /v1/admin/messages/{messageId}/revisions', 'ReadAsAdmin', 'CUSTOM', false],
  ['HttpApi', 'GET /v1/admin/conversations/{conversationId}/messages', 'ReadAsAdmin', 'CUSTOM', false],
  ['HttpApi', 'POST /v1/messages/{messageId}/reports', 'ReportMessage', 'CUSTOM', false],
  ['WebSocketApi', 'sync', 'SyncFrame', 'NONE', true],
  ['HttpApi', 'POST /v1/sync', 'Sync', 'CUSTOM', false],
  ['HttpApi', 'GET /v1/presence', 'ReadPresence', 'CUSTOM', false],
  ['HttpApi', 'GET /v1/search/messages', 'SearchMessages', 'CUSTOM', false],
  ['WebSocketApi', 'conversation.join', 'JoinConversation', 'NONE', true],
  ['WebSocketApi', 'conversation.leave', 'JoinConversation', 'NONE', true],
  ['WebSocketApi', 'presence.set', 'SetPresence', 'NONE', true],
  ['WebSocketApi', 'typing.start', 'Relay', 'NONE', true],
  ['WebSocketApi', 'typing.stop', 'Relay', 'NONE', true],
  ['WebSocketApi', 'signal.send', 'Relay', 'NONE', true],
  ['HttpApi', 'POST /v1/conversations/{conversationId}/scheduled-messages', 'ManageScheduled', 'CUSTOM', false],
  ['HttpApi', 'GET /v1/conversations/{conversationId}/scheduled-messages', 'ManageScheduled', 'CUSTOM', false],
  [
    'HttpApi',
    'PATCH /v1/conversations/{conversationId}/scheduled-messages/{scheduledId}',
    'ManageScheduled',
    'CUSTOM',
    false,
  ],
  [
    'HttpApi',
    'DELETE /v1/conversations/{conversationId}/scheduled-messages/{scheduledId}',
    'ManageScheduled',
    'CUSTOM',
    false,
  ],
  ['HttpApi', '$default', 'RefuseRoute', 'NONE', false],
])('%s %s runs %s, authorization %s, route response %s', (api, key, target, authorizer, replies) => {
  expect(routes).toContainEqual({ api, key, target, authorizer, replies });
});

test('there is no other route', () => {
  expect(routes).toHaveLength(85);
});

describe('the WebSocket API', () => {
  test('routes by the action of a frame', () => {
    template.hasResourceProperties('AWS::ApiGatewayV2::Api', {
      ProtocolType: 'WEBSOCKET',
      RouteSelectionExpression: '$request.body.action',
    });
  });

  test('asks its authorizer whatever the handshake holds: no identity source', () => {
    const authorizer = authorizerFor('WebSocketApi');
    expect(authorizer).toMatchObject({ AuthorizerType: 'REQUEST', IdentitySource: [] });
    expect(readable(authorizer.AuthorizerUri)).toContain('AuthorizeConnection.Arn');
  });

  test('answers a frame by the route response $default', () => {
    const keys = [...propertiesOf(template, 'AWS::ApiGatewayV2::RouteResponse').values()].map(
      (it) => it.RouteResponseKey,
    );
    expect(keys).toEqual(routes.filter(({ replies }) => replies).map(() => '$default'));
  });

  test('logs connections only where the account is set up for it', () => {
    const logging = synthesise({ webSocketAccessLogs: true }).template;
    const withLog = { StageName: 'v1', AccessLogSettings: Match.anyValue() };
    logging.hasResourceProperties('AWS::ApiGatewayV2::Stage', withLog);
    template.resourcePropertiesCountIs('AWS::ApiGatewayV2::Stage', withLog, 0);
  });
});

describe('the HTTP API', () => {
  test('asks its authorizer at every request: no cache, no identity source', () => {
    const authorizer = authorizerFor('HttpApi');
    expect(authorizer).toMatchObject({
      AuthorizerType: 'REQUEST',
      AuthorizerPayloadFormatVersion: '2.0',
      EnableSimpleResponses: true,
      AuthorizerResultTtlInSeconds: 0,
      IdentitySource: [],
    });
    expect(readable(authorizer.AuthorizerUri)).toContain('AuthorizeRequest.Arn');
  });

  test('lets in the web origins of the stage', () => {
    const { template } = synthesise({ allowedOrigins: ['https://chat.example.com'] });
    template.hasResourceProperties('AWS::ApiGatewayV2::Api', {
      ProtocolType: 'HTTP',
      CorsConfiguration: Match.objectLike({
        AllowOrigins: ['https://chat.example.com'],
        AllowHeaders: ['authorization', 'content-type'],
        AllowMethods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
      }),
    });
  });

  test('logs requests as JSON without what may hold a token', () => {
    const log = stageNamed('$default').AccessLogSettings as { Format: string };
    expect(Object.values(JSON.parse(log.Format))).toContain('$context.requestId');
    expect(log.Format).not.toMatch(/authoriz|query|header|path/i);
  });
});

test.each(['v1', '$default'])('stage %s deploys by itself and is throttled', (name) => {
  const { template } = synthesise({ throttling: { requestsPerSecond: 11, burst: 22 } });
  template.hasResourceProperties('AWS::ApiGatewayV2::Stage', {
    StageName: name,
    AutoDeploy: true,
    DefaultRouteSettings: { ThrottlingRateLimit: 11, ThrottlingBurstLimit: 22 },
  });
});

test('the local stage can be deployed nowhere, another wherever the credentials lead unless it has a home', () => {
  const home = { account: '123456789012', region: 'eu-west-1' };
  expect(synthesise().stack.environment).toBe('aws://000000000000/us-east-1');
  expect(synthesise({ home }).stack.environment).toBe('aws://123456789012/eu-west-1');
  expect(synthesise({ home: undefined }).stack.environment).toBe('aws://unknown-account/unknown-region');
});

test('the stack tells where its APIs are, where notifications are parked and where its events go', () => {
  const url = (api: string) => `<${api}>.execute-api.us-east-1.<AWS::URLSuffix>`;
  const outputs = Object.entries(template.findOutputs('*')).map(([name, { Value }]) => [name, readable(Value)]);
  expect(Object.fromEntries(outputs)).toEqual({
    HttpUrl: 'HttpApi.ApiEndpoint',
    WebSocketUrl: `wss://${url('WebSocketApi')}/v1`,
    NotificationDeadLettersUrl: expect.anything(),
    EventBusName: '<EventsBus>',
  });
});

function rowOf(route: Record<string, unknown>): RouteRow {
  return {
    api: readable(route.ApiId).slice(1, -1),
    key: String(route.RouteKey),
    target: functionBehind(route.Target),
    authorizer: String(route.AuthorizationType ?? 'NONE'),
    replies: route.RouteResponseSelectionExpression === '$default',
  };
}

function functionBehind(target: unknown): string {
  const integrations = [...propertiesOf(template, 'AWS::ApiGatewayV2::Integration')];
  const [, integration] = integrations.find(([id]) => JSON.stringify(target).includes(`"${id}"`)) ?? [];
  return readable(integration?.IntegrationUri).match(/(\w+)\.Arn/)?.[1] ?? 'none';
}

function authorizerFor(api: string): Record<string, unknown> {
  const authorizers = [...propertiesOf(template, 'AWS::ApiGatewayV2::Authorizer').values()];
  return authorizers.find(({ ApiId }) => readable(ApiId) === `<${api}>`) ?? {};
}

function stageNamed(name: string): Record<string, unknown> {
  const stages = [...propertiesOf(template, 'AWS::ApiGatewayV2::Stage').values()];
  return stages.find(({ StageName }) => StageName === name) ?? {};
}
