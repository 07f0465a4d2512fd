import { isYoung } from '../domain/connection.ts';
import { type ClosePorts, closeConnection } from './close-connection.ts';
import type { Sockets, UndeliveredFrame } from './ports.ts';

export interface RetryPorts extends ClosePorts {
  sockets: Pick<Sockets, 'post'>;
}

/** Another try at one frame for one connection; false when it is worth yet another. */
export const retryFrame =
  (ports: RetryPorts) =>
  async ({ connection, frame }: UndeliveredFrame): Promise<boolean> => {
    const { sockets, clock } = ports;
    if (connection.expiresAtMs <= clock.now()) return true;
    const outcome = await sockets.post(connection.connectionId, frame);
    if (outcome === 'later') return false;
    if (outcome !== 'gone') return true;
    if (isYoung(connection, clock.now())) return false;
    await closeConnection(ports)(connection);
    return true;
  };
