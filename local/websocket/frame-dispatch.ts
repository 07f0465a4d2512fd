import type { RawData } from 'ws';
import { gatewayRequestId } from '../gateway/gateway-id.ts';
import { withinIntegrationTimeout } from '../gateway/time-limit.ts';
import type { Meter } from '../meter.ts';
import type { Clock, Invoke, Json } from '../types.ts';
import { type Connection, isOpen } from './connection.ts';
import { integrationTimeoutMs } from './handshake.ts';
import type { WebSocketApi, WebSocketRoute } from './websocket-api.ts';
import { messageEvent } from './websocket-events.ts';
import { gatewayErrorFrame, routeKeyOf } from './websocket-routing.ts';

export interface GatewayParts {
  invoke: Invoke;
  clock: Clock;
  meter: Meter;
}

/** Frames of one connection are dispatched as they come, without waiting for each other: so does API Gateway. */
export function receive(
  api: WebSocketApi,
  parts: GatewayParts,
  connection: Connection,
  data: RawData,
  isBinary: boolean,
) {
  if (!isOpen(connection)) return;
  if (isBinary) return connection.socket.close(1003, 'Binary frames are not supported');
  const body = data.toString();
  connection.lastActiveAt = parts.clock.now();
  parts.meter.webSocketIn(Buffer.byteLength(body));
  void dispatch(api, parts, connection, body);
}

async function dispatch(api: WebSocketApi, parts: GatewayParts, connection: Connection, body: string): Promise<void> {
  const now = { requestId: gatewayRequestId(), at: parts.clock.now() };
  const fail = (message: string) =>
    reply(parts, connection, gatewayErrorFrame(message, connection.facts.connectionId, now.requestId));
  const asked = routeKeyOf(body, api.routeKeyPath);
  const routeKey = api.routes.has(asked) ? asked : '$default';
  const route = api.routes.get(routeKey);
  if (!route) return fail('Forbidden');
  const event = messageEvent(api, connection.facts, now, { routeKey, messageId: gatewayRequestId(), body });
  const outcome = await withinIntegrationTimeout(parts.invoke(route.functionId, event), integrationTimeoutMs);
  if (!outcome.ok) return fail('Internal server error');
  const answer = answerOf(route, outcome.payload);
  if (answer === 'malformed') return fail('Internal server error');
  if (answer !== undefined) reply(parts, connection, answer);
}

/** With a route response, the function's `body` goes to the client; anything else it returns is dropped. */
function answerOf(route: WebSocketRoute, payload: Json | undefined): string | undefined | 'malformed' {
  if (!route.responds) return undefined;
  if (payload === null || typeof payload !== 'object' || Array.isArray(payload)) return 'malformed';
  if (payload.statusCode === undefined) return 'malformed';
  return typeof payload.body === 'string' ? payload.body : undefined;
}

function reply({ clock, meter }: GatewayParts, connection: Connection, body: string): void {
  if (!isOpen(connection)) return;
  connection.lastActiveAt = clock.now();
  meter.webSocketOut(Buffer.byteLength(body));
  connection.socket.send(body);
}
