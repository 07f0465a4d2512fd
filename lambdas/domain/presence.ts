import type { Presence } from '../../contract/user.ts';
import type { Connection } from './connection.ts';

/** Derived, never stored. A connection that ended without a word was last seen when it was over in any case. */
export function presenceOf(connections: Pick<Connection, 'expiresAtMs'>[], nowMs: number): Presence {
  if (connections.some(({ expiresAtMs }) => expiresAtMs > nowMs)) return { status: 'online' };
  if (connections.length === 0) return { status: 'offline' };
  const lastSeenMs = Math.max(...connections.map(({ expiresAtMs }) => expiresAtMs));
  return { status: 'offline', lastSeenAt: new Date(lastSeenMs).toISOString() };
}
