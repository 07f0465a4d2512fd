import { isLive } from '../domain/connection.ts';
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
 * conversation that a connection had joined. They are hung up before they are forgotten: what fails half way is found again.
 */
export const closeAllConnections =
  ({ connections, watchers, sockets, clock }: CloseAllPorts) =>
  async (userId: string): Promise<void> => {
    const nowMs = clock.now();
    const live = (await connections.allOf(userId)).filter((connection) => isLive(connection, nowMs));
    if (live.length === 0) return;
    await Promise.all(live.map(({ connectionId }) => sockets.close(connectionId)));
    await connections.closeAll(
      userId,
      live.map(({ connectionId }) => connectionId),
      nowMs,
    );
    await stopWatching(watchers, live);
  };
