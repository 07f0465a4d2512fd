import { requestTime } from '../gateway/request-time.ts';
import type { Json, JsonObject } from '../types.ts';
import type { WebSocketApi } from './websocket-api.ts';

/** The events that API Gateway makes of a WebSocket connection's life. Pure: ids and times are handed in. */

/** What stays the same for the life of a connection. */
export interface ConnectionFacts {
  connectionId: string;
  connectedAt: number;
  sourceIp: string;
  userAgent: string;
  /** Unknown to the authorizer itself. */
  authorizer?: JsonObject;
}

export interface Occurrence {
  requestId: string;
  at: number;
}

export interface Handshake {
  /** Names and values in turn, as they came over the wire. */
  rawHeaders: string[];
  query: URLSearchParams;
}

export function authorizerEvent(
  api: WebSocketApi,
  connection: ConnectionFacts,
  now: Occurrence,
  handshake: Handshake,
): JsonObject {
  return {
    type: 'REQUEST',
    methodArn: `${api.arn}/$connect`,
    ...handshakeFields(handshake),
    requestContext: requestContext(api, connection, now, '$connect', 'CONNECT'),
  };
}

export function connectEvent(
  api: WebSocketApi,
  connection: ConnectionFacts,
  now: Occurrence,
  handshake: Handshake,
): JsonObject {
  return {
    ...handshakeFields(handshake),
    requestContext: requestContext(api, connection, now, '$connect', 'CONNECT'),
    isBase64Encoded: false,
  };
}

/** Has neither headers nor query: they are the handshake's alone. */
export function messageEvent(
  api: WebSocketApi,
  connection: ConnectionFacts,
  now: Occurrence,
  frame: { routeKey: string; messageId: string; body: string },
): JsonObject {
  return {
    requestContext: {
      ...requestContext(api, connection, now, frame.routeKey, 'MESSAGE'),
      messageId: frame.messageId,
    },
    body: frame.body,
    isBase64Encoded: false,
  };
}

export function disconnectEvent(
  api: WebSocketApi,
  connection: ConnectionFacts,
  now: Occurrence,
  close: { code: number; reason: string },
): JsonObject {
  const headers = { Host: api.domainName, 'x-api-key': '', 'X-Forwarded-For': '', 'x-restapi': '' };
  return {
    headers,
    multiValueHeaders: mapValues(headers, (value) => [value]),
    requestContext: {
      ...requestContext(api, connection, now, '$disconnect', 'DISCONNECT'),
      disconnectStatusCode: close.code,
      disconnectReason: close.reason,
    },
    isBase64Encoded: false,
  };
}

function requestContext(
  api: WebSocketApi,
  connection: ConnectionFacts,
  { requestId, at }: Occurrence,
  routeKey: string,
  eventType: string,
): JsonObject {
  return {
    routeKey,
    eventType,
    extendedRequestId: requestId,
    requestTime: requestTime(at),
    messageDirection: 'IN',
    stage: api.stage,
    connectedAt: connection.connectedAt,
    requestTimeEpoch: at,
    identity: { sourceIp: connection.sourceIp, userAgent: connection.userAgent },
    requestId,
    domainName: api.domainName,
    connectionId: connection.connectionId,
    apiId: api.id,
    ...(connection.authorizer && { authorizer: connection.authorizer }),
  };
}

/** Header names keep their case on WebSocket APIs; a query that isn't there is absent, not null. */
function handshakeFields({ rawHeaders, query }: Handshake): JsonObject {
  const headers = grouped(pairs(rawHeaders));
  const parameters = grouped([...query]);
  return {
    headers: mapValues(headers, last),
    multiValueHeaders: headers,
    ...(query.size > 0 && {
      queryStringParameters: mapValues(parameters, last),
      multiValueQueryStringParameters: parameters,
    }),
  };
}

function pairs(rawHeaders: string[]): [string, string][] {
  return rawHeaders.flatMap((name, index) => (index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? '']] : []));
}

function grouped(entries: [string, string][]): Record<string, string[]> {
  const groups: Record<string, string[]> = Object.create(null);
  for (const [name, value] of entries) groups[name] = [...(groups[name] ?? []), value];
  return { ...groups };
}

function last(values: string[]): string {
  return values.at(-1) ?? '';
}

function mapValues<Value, Result extends Json>(
  record: Record<string, Value>,
  change: (value: Value) => Result,
): Record<string, Result> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
