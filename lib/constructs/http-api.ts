import { Duration, Stack } from 'aws-cdk-lib';
import {
  CorsHttpMethod,
  type CorsPreflightOptions,
  HttpApi,
  HttpMethod,
  HttpNoneAuthorizer,
  HttpRoute,
  HttpRouteKey,
  HttpStage,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaAuthorizer, HttpLambdaResponseType } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Construct } from 'constructs';
import { accessLogTo } from './access-log.ts';
import { manageAttachments } from './attachment-functions.ts';
import type { ChatBucket } from './chat-bucket.ts';
import { ChatFunction, type House, type Routed } from './chat-function.ts';
import { ChatLog } from './chat-log.ts';
import type { ChatTable } from './chat-table.ts';
import { manageConnections } from './connection-functions.ts';
import { conversationFunctions } from './conversation-functions.ts';
import { deviceFunctions } from './device-functions.ts';
import { manageKeys } from './key-functions.ts';
import { manageMessages } from './message-functions.ts';
import { moderationFunctions } from './moderation-functions.ts';
import { readPresence } from './presence.ts';
import { readerFunctions } from './reader-functions.ts';
import { manageScheduled, type Scheduling } from './scheduling.ts';
import { searchMessages } from './search.ts';
import { sendFunction } from './send-function.ts';
import { AUTHORIZER_TIMEOUT_SECONDS, tokenEnvironment } from './tokens.ts';
import type { ChatWebSocketApi } from './websocket-api.ts';

export interface ChatHttpApiProps {
  house: House;
  table: ChatTable;
  /** Where what messages carry is. */
  bucket: ChatBucket;
  /** Whose connections it closes. */
  webSocketApi: ChatWebSocketApi;
  scheduling: Scheduling;
}

const { GET, POST } = HttpMethod;
const MESSAGES = '/v1/conversations/{conversationId}/messages';

/** Everything that a client asks for by request. */
export class ChatHttpApi extends Construct {
  readonly url: string;

  constructor(scope: Construct, id: string, { house, table, bucket, webSocketApi, scheduling }: ChatHttpApiProps) {
    super(scope, id);
    const api = new HttpApi(this, 'Api', {
      apiName: `${Stack.of(this).stackName}-http`,
      createDefaultStage: false,
      corsPreflight: corsFor(house.stage.allowedOrigins),
      defaultAuthorizer: authorizer(this, house),
    });
    this.url = api.apiEndpoint;
    const send = sendFunction(this, 'SendMessage', { house, table, entry: 'http/send-message' });
    bucket.bindSend(send, table);
    const routed: Routed[] = [
      { fn: send, routes: { [MESSAGES]: [POST] } },
      manageAttachments(this, { house, table, bucket }),
      { fn: readHistory(this, house, table), routes: { [MESSAGES]: [GET] } },
      manageMessages(this, house, table),
      ...conversationFunctions(this, house, table),
      ...deviceFunctions(this, house, table),
      ...readerFunctions(this, house, table),
      manageConnections(this, { house, table, webSocketApi }),
      ...moderationFunctions(this, { house, table, bucket, webSocketApi }),
      readPresence(this, house, table),
      searchMessages(this, house, table),
      manageScheduled(this, { house, table, bucket, scheduling }),
      manageKeys(this, house, table),
    ];
    for (const one of routed) {
      one.fn.limitRates(table, house.stage);
      one.fn.readBans(table);
      addRoutes(api, one);
    }
    refuseOtherRoutes(this, api, house);
    addStage(this, api, house);
  }
}

function addRoutes(api: HttpApi, { fn, routes }: Routed): void {
  const integration = new HttpLambdaIntegration(`${fn.node.id}Integration`, fn);
  for (const [path, methods] of Object.entries(routes)) api.addRoutes({ path, methods, integration });
}

function authorizer(scope: Construct, house: House): HttpLambdaAuthorizer {
  const authorize = new ChatFunction(scope, 'AuthorizeRequest', {
    house,
    entry: 'http/authorize-request',
    timeoutSeconds: AUTHORIZER_TIMEOUT_SECONDS,
    environment: tokenEnvironment(house.stage.identity),
  });
  return new HttpLambdaAuthorizer('Authorizer', authorize, {
    responseTypes: [HttpLambdaResponseType.SIMPLE],
    // A cached answer would outlive its token; and without a cache no identity source is needed, so that a missing token is ours to explain.
    identitySource: [],
    resultsCacheTtl: Duration.seconds(0),
  });
}

function readHistory(scope: Construct, house: House, table: ChatTable): ChatFunction {
  const fn = new ChatFunction(scope, 'ReadHistory', { house, entry: 'http/read-history' });
  fn.bindTable(table, 'BatchGetItem', 'Query');
  return fn;
}

/** Open to all, because `$default` also catches a browser's preflight requests, which carry no token (http-api-cors, AWS). */
function refuseOtherRoutes(scope: Construct, httpApi: HttpApi, house: House): void {
  const refuse = new ChatFunction(scope, 'RefuseRoute', { house, entry: 'http/refuse-route' });
  new HttpRoute(scope, 'OtherRoutes', {
    httpApi,
    routeKey: HttpRouteKey.DEFAULT,
    integration: new HttpLambdaIntegration('RefuseRouteIntegration', refuse),
    authorizer: new HttpNoneAuthorizer(),
  });
}

function corsFor(allowOrigins: string[]): CorsPreflightOptions {
  const { GET, POST, PUT, PATCH, DELETE } = CorsHttpMethod;
  return {
    allowOrigins,
    allowMethods: [GET, POST, PUT, PATCH, DELETE],
    allowHeaders: ['authorization', 'content-type'],
    exposeHeaders: ['retry-after', 'x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset'],
    maxAge: Duration.hours(2),
  };
}

function addStage(scope: Construct, httpApi: HttpApi, { stage }: House): void {
  const { requestsPerSecond, burst } = stage.throttling;
  new HttpStage(scope, 'Stage', {
    httpApi,
    stageName: '$default',
    autoDeploy: true,
    throttle: { rateLimit: requestsPerSecond, burstLimit: burst },
    accessLogSettings: accessLogTo(new ChatLog(scope, 'AccessLog', stage), {
      integrationError: '$context.integrationErrorMessage',
    }),
  });
}
