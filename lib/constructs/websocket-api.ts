import { Stack } from 'aws-cdk-lib';
import { WebSocketApi, type WebSocketRouteOptions, WebSocketStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { WebSocketLambdaAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { WebSocketLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Construct } from 'constructs';
import { accessLogTo } from './access-log.ts';
import type { ChatBucket } from './chat-bucket.ts';
import { ChatFunction, type House } from './chat-function.ts';
import { ChatLog } from './chat-log.ts';
import type { ChatTable } from './chat-table.ts';
import { connectFunction, connectionFrameFunctions, disconnectFunction } from './connection-functions.ts';
import { changeMessageFrame } from './message-functions.ts';
import { setPresence } from './presence.ts';
import { readerFrameFunctions } from './reader-functions.ts';
import { roomFunctions } from './room-functions.ts';
import { sendFunction } from './send-function.ts';
import { AUTHORIZER_TIMEOUT_SECONDS, tokenEnvironment } from './tokens.ts';

/** What may be done to a connection from outside: post a frame to it, or close it. */
export type CallbackVerb = 'POST' | 'DELETE';

export interface ChatWebSocketApiProps {
  house: House;
  table: ChatTable;
  /** Where what messages carry is. */
  bucket: ChatBucket;
}

/** Where clients stay connected: frames come in and are replied to, events go out. */
export class ChatWebSocketApi extends Construct {
  readonly #stage: WebSocketStage;

  constructor(scope: Construct, id: string, { house, table, bucket }: ChatWebSocketApiProps) {
    super(scope, id);
    const connect = connectFunction(this, house, table);
    const api = new WebSocketApi(this, 'Api', {
      apiName: `${Stack.of(this).stackName}-websocket`,
      routeSelectionExpression: '$request.body.action',
      connectRouteOptions: { ...routeTo(connect), authorizer: authorizer(this, house) },
      disconnectRouteOptions: routeTo(disconnectFunction(this, house, table)),
      defaultRouteOptions: replyingRouteTo(
        new ChatFunction(this, 'RefuseFrame', { house, entry: 'websocket/refuse-frame' }),
      ),
    });
    const fn = sendFunction(this, 'SendMessageFrame', { house, table, entry: 'websocket/send-message' });
    bucket.bindSend(fn, table);
    const send = { fn, actions: ['message.send'] };
    const change = changeMessageFrame(this, house, table);
    const connectionFrames = connectionFrameFunctions(this, house, table);
    const framed = [
      send,
      change,
      ...readerFrameFunctions(this, house, table),
      ...connectionFrames,
      setPresence(this, house, table),
      ...roomFunctions(this, house, table),
    ];
    for (const { fn, actions } of framed) {
      fn.limitRates(table, house.stage);
      fn.readBans(table);
      fn.readConnections(table);
      const route = replyingRouteTo(fn);
      for (const action of actions) api.addRoute(action, route);
    }
    this.#stage = stageOf(this, api, house);
    this.bindCallback(connect, 'DELETE');
    // A connection whose token is over is told so, and closed, by whichever function gets its next frame.
    for (const { fn } of framed) this.bindCallback(fn, 'POST', 'DELETE');
  }

  get url(): string {
    return this.#stage.url;
  }

  /** Names the management endpoint in CALLBACK_URL, and allows this on connections: posting to them, unless said otherwise. */
  bindCallback(fn: ChatFunction, ...verbs: CallbackVerb[]): void {
    const { api, stageName, callbackUrl } = this.#stage;
    fn.addEnvironment('CALLBACK_URL', callbackUrl);
    const resources = (verbs.length > 0 ? verbs : ['POST']).map((verb) =>
      Stack.of(this).formatArn({
        service: 'execute-api',
        resource: api.apiId,
        resourceName: `${stageName}/${verb}/@connections/*`,
      }),
    );
    fn.allow(['execute-api:ManageConnections'], resources);
  }
}

function routeTo(fn: ChatFunction): WebSocketRouteOptions {
  return { integration: new WebSocketLambdaIntegration(`${fn.node.id}Integration`, fn) };
}

/** Without a route response, what the function returns reaches nobody. */
function replyingRouteTo(fn: ChatFunction): WebSocketRouteOptions {
  return { ...routeTo(fn), returnResponse: true };
}

function authorizer(scope: Construct, house: House): WebSocketLambdaAuthorizer {
  const { identity, allowedOrigins, allowQueryToken } = house.stage;
  const authorize = new ChatFunction(scope, 'AuthorizeConnection', {
    house,
    entry: 'websocket/authorize-connection',
    timeoutSeconds: AUTHORIZER_TIMEOUT_SECONDS,
    environment: {
      ...tokenEnvironment(identity),
      ALLOWED_ORIGINS: allowedOrigins.join(','),
      ALLOW_QUERY_TOKEN: String(allowQueryToken),
    },
  });
  // API Gateway refuses a request that lacks any one identity source, and a token may come in three places: so none is named.
  return new WebSocketLambdaAuthorizer('Authorizer', authorize, { identitySource: [] });
}

function stageOf(scope: Construct, webSocketApi: WebSocketApi, { stage }: House): WebSocketStage {
  const { requestsPerSecond, burst } = stage.throttling;
  return new WebSocketStage(scope, 'Stage', {
    webSocketApi,
    stageName: 'v1',
    autoDeploy: true,
    throttle: { rateLimit: requestsPerSecond, burstLimit: burst },
    ...(stage.webSocketAccessLogs && {
      accessLogSettings: accessLogTo(new ChatLog(scope, 'AccessLog', stage), {
        connectionId: '$context.connectionId',
        eventType: '$context.eventType',
      }),
    }),
  });
}
