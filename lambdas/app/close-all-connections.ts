import { refuse } from '../domain/chat-error.ts';
import { type Connection, isLive } from '../domain/connection.ts';
import type { Clock, ConnectionStore, Sockets } from './ports.ts';
import type { WatcherStore } from './room-ports.ts';
import { stopWatching } from './stop-watching.ts';

export interface CloseAllPorts {
  connections: Pick<ConnectionStore, 'allOf' | 'closeAll'>;
  watchers: Pick<WatcherStore, 'remove'>;
  sockets: Pick<Sockets, 'close'>;
  clock: Pick<Clock, 'now'>;
}

/**
 * Closes the live connections of a user; one that is opened in this moment may stay. One consistent read, one write, and one for each
 * conversation that a connection had joined. UNAVAILABLE where some could not be closed: they are remembered, so that a repeat finds
 * them.
 */
export const closeAllConnections =
  (ports: CloseAllPorts) =>
  async (userId: string): Promise<void> => {
    const nowMs = ports.clock.now();
    const live = (await ports.connections.allOf(userId)).filter((connection) => isLive(connection, nowMs));
    const outcomes = await Promise.all(live.map(({ connectionId }) => ports.sockets.close(connectionId)));
    const closed = live.filter((_, place) => outcomes[place]);
    if (closed.length > 0) await forget(ports, userId, closed);
    if (closed.length < live.length) refuse('UNAVAILABLE', 'close the connections', 'some can not be closed now');
  };

async function forget({ connections, watchers, clock }: CloseAllPorts, userId: string, closed: Connection[]) {
  const ids = closed.map(({ connectionId }) => connectionId);
  await connections.closeAll(userId, ids, clock.now());
  await stopWatching(watchers, closed);
}
