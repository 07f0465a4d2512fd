import { boundedMap } from '../domain/bounded-map.ts';
import { type Connection, isLive } from '../domain/connection.ts';
import type { Clock, ConnectionStore } from './ports.ts';

export interface RenewalPorts {
  connections: Pick<ConnectionStore, 'connectionOf'>;
  clock: Pick<Clock, 'now'>;
}

/** Renewed connections that one function remembers. */
const mostRemembered = 1_000;

/**
 * What a refresh has made of a connection since it was opened: one consistent read, and none again until that is over. A renewal that
 * is looked for and not found is looked for again: it may come in this very moment.
 */
export function renewals({ connections, clock }: RenewalPorts) {
  const remembered = boundedMap<Connection>(mostRemembered);
  return {
    async renewed(userId: string, connectionId: string): Promise<Connection | undefined> {
      const known = remembered.take(connectionId);
      const renewal =
        known && isLive(known, clock.now()) ? known : await connections.connectionOf({ userId, connectionId });
      if (renewal) remembered.set(connectionId, renewal);
      return renewal;
    },
  };
}
