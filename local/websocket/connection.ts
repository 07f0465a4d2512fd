import { WebSocket } from 'ws';
import type { Clock } from '../types.ts';
import type { ConnectionFacts } from './websocket-events.ts';

/** API Gateway closes a connection on which nothing went either way for ten minutes, and any after two hours. */
const idleLimitMs = 10 * 60_000;
const lifetimeLimitMs = 2 * 3_600_000;

/** More than this waiting for a slow client counts as a full buffer. AWS has a bound but doesn't say which. */
const maxBufferedBytes = 1024 * 1024;

/** One client. It can be posted to only between the end of its handshake and its close. */
export interface Connection {
  facts: ConnectionFacts;
  socket: WebSocket | undefined;
  lastActiveAt: number;
}

export function newConnection(facts: ConnectionFacts): Connection {
  return { facts, socket: undefined, lastActiveAt: facts.connectedAt };
}

export function isOpen(connection: Connection): connection is Connection & { socket: WebSocket } {
  return connection.socket?.readyState === WebSocket.OPEN;
}

export function isClogged(connection: Connection): boolean {
  return (connection.socket?.bufferedAmount ?? 0) > maxBufferedBytes;
}

/** Closes what has been idle or open for too long. Returns a function that ends the watch. */
export function watchLifetimes(connections: Map<string, Connection>, clock: Clock): () => void {
  const timer = setInterval(() => {
    for (const { facts, lastActiveAt, socket } of connections.values()) {
      if (clock.now() - facts.connectedAt >= lifetimeLimitMs) socket?.close(1001, 'Connection Duration Limit Exceeded');
      else if (clock.now() - lastActiveAt >= idleLimitMs) socket?.close(1001, 'Going away');
    }
  }, 250).unref();
  return () => clearInterval(timer);
}
