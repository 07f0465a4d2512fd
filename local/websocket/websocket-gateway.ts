import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { gatewayRequestId } from '../gateway/gateway-id.ts';
import type { Clock } from '../types.ts';
import { type Connection, newConnection, watchLifetimes } from './connection.ts';
import { createFarewells } from './farewells.ts';
import { type GatewayParts, receive } from './frame-dispatch.ts';
import { watchFrameSizes } from './frame-size-guard.ts';
import { admit, isHandshake, refuseUpgrade } from './handshake.ts';
import type { WebSocketApi } from './websocket-api.ts';

const maxFrameBytes = 32 * 1024;
const maxMessageBytes = 128 * 1024;

export interface WebSocketGateway {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void>;
  /** AWS promises `$disconnect` only as best effort; `false` keeps every one back. */
  deliverDisconnects(deliver: boolean): void;
  /** Closes all connections and waits until each `$disconnect` has run. */
  close(): Promise<void>;
}

/** `connections` holds all clients by connection id, those whose handshake isn't over too. */
export function createWebSocketGateway(
  api: WebSocketApi,
  connections: Map<string, Connection>,
  parts: GatewayParts,
): WebSocketGateway {
  const subprotocols = new WeakMap<IncomingMessage, string>();
  const server = webSocketServer(subprotocols);
  const stopWatching = watchLifetimes(connections, parts.clock);
  const farewells = createFarewells(api, parts);

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
    farewells.say(connection, close);
  };

  return {
    upgrade,
    deliverDisconnects: farewells.deliver,
    close: async () => {
      stopWatching();
      await Promise.all([...connections.values()].map(({ socket }) => socket && hangUp(socket)));
      await farewells.said();
    },
  };
}

function webSocketServer(subprotocols: WeakMap<IncomingMessage, string>): WebSocketServer {
  return new WebSocketServer({
    noServer: true,
    maxPayload: maxMessageBytes,
    perMessageDeflate: false,
    handleProtocols: (_offered, request) => subprotocols.get(request) ?? false,
  });
}

function factsOf(request: IncomingMessage, clock: Clock) {
  return {
    connectionId: gatewayRequestId(),
    connectedAt: clock.now(),
    sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
    userAgent: request.headers['user-agent'] ?? '',
  };
}

/** A client that doesn't answer the close is not waited for. */
function hangUp(socket: WebSocket): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.once('close', () => resolve());
  socket.close(1001, 'Going away');
  setTimeout(() => socket.terminate(), 500).unref();
  return promise;
}
