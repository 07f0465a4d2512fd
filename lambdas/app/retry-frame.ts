import { isYoung } from '../domain/connection.ts';
import type { Clock, ConnectionStore, Sockets, UndeliveredFrame } from './ports.ts';

export interface RetryPorts {
  connections: Pick<ConnectionStore, 'close'>;
  sockets: Pick<Sockets, 'post'>;
  clock: Pick<Clock, 'now'>;
}

/** Another try at one frame for one connection; false when it is worth yet another. */
export const retryFrame =
  ({ connections, sockets, clock }: RetryPorts) =>
  async ({ connection, frame }: UndeliveredFrame): Promise<boolean> => {
    if (connection.expiresAtMs <= clock.now()) return true;
    const outcome = await sockets.post(connection.connectionId, frame);
    if (outcome === 'later') return false;
    if (outcome !== 'gone') return true;
    if (isYoung(connection, clock.now())) return false;
    await connections.close(connection, clock.now());
    return true;
  };
