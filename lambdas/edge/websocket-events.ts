/** API Gateway's WebSocket events, as far as they are used. The published types lack the authorizer's context and the headers. */

export type Headers = Record<string, string | undefined>;

export interface ConnectionContext {
  connectionId: string;
  /** Milliseconds since 1970. */
  connectedAt: number;
  routeKey: string;
  requestId: string;
  /** What the authorizer said on `$connect`, on this and every later event of the connection; all values are strings. */
  authorizer?: Record<string, unknown>;
}

export interface AuthorizerEvent {
  methodArn: string;
  headers?: Headers;
  queryStringParameters?: Record<string, string | undefined>;
  requestContext: ConnectionContext;
}

export interface ConnectEvent {
  headers?: Headers;
  requestContext: ConnectionContext;
}

export interface DisconnectEvent {
  requestContext: ConnectionContext & { disconnectStatusCode?: number };
}

export interface FrameEvent {
  body?: string;
  requestContext: ConnectionContext;
}

export interface WebSocketResponse {
  statusCode: number;
  headers?: Record<string, string>;
  body?: string;
}
