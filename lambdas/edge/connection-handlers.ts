import middy from '@middy/core';
import type { APIGatewayAuthorizerResult } from 'aws-lambda';
import { errorCodes } from '../../contract/errors.ts';
import type { Clock } from '../app/ports.ts';
import { ChatError } from '../domain/chat-error.ts';
import type { ConnectionPlace } from '../domain/connection.ts';
import type { Principal } from '../domain/principal.ts';
import { headerOf, offersSubprotocol, subprotocol, tokenInHeader, tokenInSubprotocol } from './bearer-token.ts';
import { logInvocation } from './log-invocation.ts';
import { contextOf, principalFrom } from './principal-context.ts';
import { untilKilled } from './until-killed.ts';
import type { VerifyToken } from './verify-token.ts';
import type { AuthorizerEvent, ConnectEvent, DisconnectEvent, WebSocketResponse } from './websocket-events.ts';

export interface ConnectionRules {
  verify: VerifyToken;
  /** Exact origins of web pages that may connect, or `*`. A client that is no browser sends no origin. */
  allowedOrigins: string[];
  /** A token in a URL ends in logs: only where a stage allows it. */
  allowsQueryToken: boolean;
}

/** `$connect`'s authorizer: 401 for a missing or bad token, 403 for a web page of another origin. */
export const connectionAuthorizer = ({ verify, allowedOrigins, allowsQueryToken }: ConnectionRules) =>
  middy<AuthorizerEvent, APIGatewayAuthorizerResult>(untilKilled)
    // middy runs the last `onError` first: the line is logged before API Gateway's word takes the error's place.
    .use({ onError: unauthorized })
    .use(logInvocation(() => 'connection.authorize'))
    .handler(async ({ methodArn, headers = {}, queryStringParameters: query }) => {
      const origin = headerOf(headers, 'origin');
      if (origin !== undefined && !allowedOrigins.includes('*') && !allowedOrigins.includes(origin)) {
        return policy('Deny', methodArn, 'foreign-origin');
      }
      const queryToken = allowsQueryToken ? (query?.access_token ?? query?.token) : undefined;
      const token = tokenInHeader(headers) ?? tokenInSubprotocol(headers) ?? queryToken;
      const principal = await verify(token ?? '');
      return { ...policy('Allow', methodArn, principal.userId), context: contextOf(principal) };
    });

/** API Gateway answers 401 to exactly this word, and 500 to any other error. */
function unauthorized(request: { error: Error | null }): void {
  if (request.error instanceof ChatError && request.error.code === 'UNAUTHENTICATED') {
    request.error = new Error('Unauthorized', { cause: request.error });
  }
}

const policy = (Effect: 'Allow' | 'Deny', Resource: string, principalId: string): APIGatewayAuthorizerResult => ({
  principalId,
  policyDocument: { Version: '2012-10-17', Statement: [{ Action: 'execute-api:Invoke', Effect, Resource }] },
});

export interface ConnectRules {
  clock: Pick<Clock, 'now'>;
  open: (principal: Principal, connectionId: string) => Promise<void>;
}

/** `$connect`: a client that offers subprotocols hangs up unless one of them comes back. */
export const connectHandler = ({ clock, open }: ConnectRules) =>
  middy<ConnectEvent, WebSocketResponse>(untilKilled)
    .use({ onError: refuseHandshake })
    .use(logInvocation(() => 'connection.open'))
    .handler(async ({ headers, requestContext: { authorizer, connectionId } }) => {
      await open(principalFrom(authorizer, clock), connectionId);
      return {
        statusCode: 200,
        ...(offersSubprotocol(headers) && { headers: { 'Sec-WebSocket-Protocol': subprotocol } }),
      };
    });

/** A refusal's status reaches the client; of an error that nobody foresaw, API Gateway makes 502. */
function refuseHandshake(request: { error: Error | null; response: WebSocketResponse | null | undefined }): void {
  if (!(request.error instanceof ChatError) || request.error.code === 'INTERNAL') return;
  const { code, details } = request.error;
  request.response = {
    statusCode: errorCodes[code].status,
    ...(details.retryAfterMs !== undefined && {
      headers: { 'Retry-After': String(Math.ceil(details.retryAfterMs / 1_000)) },
    }),
  };
}

/** `$disconnect`: comes when it comes, or never. */
export const disconnectHandler = (hangUp: (connection: ConnectionPlace, connectedAtMs: number) => Promise<void>) =>
  middy<DisconnectEvent, WebSocketResponse>(untilKilled)
    .use(logInvocation(() => 'connection.close'))
    .handler(async ({ requestContext: { authorizer, connectionId, connectedAt } }) => {
      const userId = authorizer?.userId;
      if (typeof userId === 'string') await hangUp({ userId, connectionId }, connectedAt);
      return { statusCode: 200 };
    });
