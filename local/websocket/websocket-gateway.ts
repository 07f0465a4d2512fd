import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import { gatewayRequestId } from '../gateway/gateway-id.ts';
import { withinIntegrationTimeout } from '../gateway/time-limit.ts';
import type { Meter } from '../meter.ts';
import type { Clock, Invoke, Json } from '../types.ts';
import { type Connection, isOpen, newConnection, watchLifetimes } from './connection.ts';
import { watchFrameSizes } from './frame-size-guard.ts';
import { admit, integrationTimeoutMs, isHandshake, refuseUpgrade } from './handshake.ts';
import type { WebSocketApi, WebSocketRoute } from './websocket-api.ts';
import { disconnectEvent, messageEvent } from './websocket-events.ts';
import { gatewayErrorFrame, routeKeyOf } from './websocket-routing.ts';

const maxFrameBytes = 32 * 1024;
const maxMessageBytes = 128 * 1024;

export interface WebSocketGateway {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void>;
  /** AWS promises `$disconnect` only as best effort; `false` keeps every one back. */
  deliverDisconnects(deliver: boolean): void;
  /** Closes all connections and waits until each `$disconnect` has run. */
  close(): Promise<void>;
}

export interface GatewayParts {
  invoke: Invoke;
  clock: Clock;
  meter: Meter;
}

/** `connections` holds all clients by connection id, those whose handshake isn't over too. */
export function createWebSocketGateway(
  api: WebSocketApi,
  connections: Map<string, Connection>,
  parts: GatewayParts,
): WebSocketGateway {
  const subprotocols = new WeakMap<IncomingMessage, string>();
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: maxMessageBytes,
    perMessageDeflate: false,
    handleProtocols: (_offered, request) => subprotocols.get(request) ?? false,
  });
  const stopWatching = watchLifetimes(connections, parts.clock);
  const farewells = new Set<Promise<unknown>>();
  let delivering = true;

  const upgrade: WebSocketGateway['upgrade'] = async (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    if (!isHandshake(request)) return refuseUpgrade(socket, 400);
    const connection = newConnection(factsOf(request, parts.clock));
    const { connectionId } = connection.facts;
    connections.set(connectionId, connection);
    const admission = await admit(api, parts, request, connection.facts);
    if ('status' in admission) {
      connections.delete(connectionId);
      return refuseUpgrade(socket, admission.status);
    }
    connection.facts = admission.facts;
    if (admission.subprotocol) subprotocols.set(request, admission.subprotocol);
    if (socket.destroyed) return leave(connection, { code: 1006, reason: 'Connection closed abnormally' });
    accept(connection, request, socket, head);
  };

  const accept = (connection: Connection, request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const guard = watchFrameSizes(maxFrameBytes, () => connection.socket?.close(1009, 'Frame too long'));
    socket.on('data', guard);
    server.handleUpgrade(request, socket, head, (client) => {
      connection.socket = client;
      // `ws` has begun to close with the fitting code; unheard, the event would end the host.
      client.on('error', () => undefined);
      client.on('message', (data, isBinary) => receive(api, parts, connection, data, isBinary));
      client.on('close', (code, reason) => leave(connection, { code, reason: reason.toString() }));
    });
  };

  const leave = (connection: Connection, close: { code: number; reason: string }) => {
    connections.delete(connection.facts.connectionId);
    const route = api.routes.get('$disconnect');
    if (!route || !delivering) return;
    const now = { requestId: gatewayRequestId(), at: parts.clock.now() };
    const farewell = parts.invoke(route.functionId, disconnectEvent(api, connection.facts, now, close));
    farewells.add(farewell);
    void farewell.finally(() => farewells.delete(farewell));
  };

  return {
    upgrade,
    deliverDisconnects: (deliver) => {
      delivering = deliver;
    },
    close: async () => {
      stopWatching();
      await Promise.all([...connections.values()].map(({ socket }) => socket && hangUp(socket)));
      await Promise.allSettled(farewells);
    },
  };
}

function factsOf(request: IncomingMessage, clock: Clock) {
  return {
    connectionId: gatewayRequestId(),
    connectedAt: clock.now(),
    sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
    userAgent: request.headers['user-agent'] ?? '',
  };
}

/** Frames of one connection are dispatched as they come, without waiting for each other: so does API Gateway. */
function receive(api: WebSocketApi, parts: GatewayParts, connection: Connection, data: RawData, isBinary: boolean) {
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

/** A client that doesn't answer the close is not waited for. */
function hangUp(socket: WebSocket): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.once('close', () => resolve());
  socket.close(1001, 'Going away');
  setTimeout(() => socket.terminate(), 500).unref();
  return promise;
}
