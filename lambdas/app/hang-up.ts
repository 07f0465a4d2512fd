import { type ConnectionPlace, longestConnectMs } from '../domain/connection.ts';
import { type ClosePorts, closeConnection } from './close-connection.ts';
import type { ConnectionStore } from './ports.ts';

export interface HangUpPorts extends ClosePorts {
  connections: Pick<ConnectionStore, 'close' | 'markOver'>;
}

/**
 * The client has hung up. Word of it may come late, when the connection is forgotten already: then it changes nothing. Or it comes
 * early, while `$connect` still runs: then it leaves a mark that keeps that from remembering a connection which nobody would end.
 */
export const hangUp =
  (ports: HangUpPorts) =>
  async (place: ConnectionPlace, connectedAtMs: number): Promise<void> => {
    if (await closeConnection(ports)(place)) return;
    const nowMs = ports.clock.now();
    if (nowMs - connectedAtMs < longestConnectMs) await ports.connections.markOver({ ...place, connectedAtMs }, nowMs);
  };
