import type { ConnectionPlace } from '../domain/connection.ts';
import type { Clock, ConnectionStore } from './ports.ts';
import type { WatcherStore } from './room-ports.ts';
import { stopWatching } from './stop-watching.ts';

export interface ClosePorts {
  connections: Pick<ConnectionStore, 'close'>;
  watchers: Pick<WatcherStore, 'remove'>;
  clock: Pick<Clock, 'now'>;
}

/**
 * Forgets a connection that is over, and that it looked at anything: one write, and one for each conversation that it had joined.
 * False where it was not there.
 */
export const closeConnection =
  ({ connections, watchers, clock }: ClosePorts) =>
  async (place: ConnectionPlace): Promise<boolean> => {
    const joined = await connections.close(place, clock.now());
    if (!joined) return false;
    await stopWatching(watchers, [{ ...place, joined }]);
    return true;
  };
