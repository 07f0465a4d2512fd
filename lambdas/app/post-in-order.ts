import { type Connection, isYoung } from '../domain/connection.ts';
import { type ClosePorts, closeConnection } from './close-connection.ts';
import type { Sockets } from './ports.ts';

export interface PostPorts extends ClosePorts {
  sockets: Pick<Sockets, 'post'>;
}

/** Posts one after the other and stops at the first that is not taken. What is left is worth another try. */
export async function postInOrder(ports: PostPorts, connection: Connection, frames: string[]) {
  let hasAll = true;
  for (const [position, frame] of frames.entries()) {
    const outcome = await ports.sockets.post(connection.connectionId, frame);
    if (outcome === 'delivered') continue;
    hasAll = false;
    if (outcome === 'lost') continue;
    // A connection this young may say «gone» because its `$connect` is still running.
    if (outcome === 'later' || isYoung(connection, ports.clock.now())) return { left: frames.slice(position), hasAll };
    await closeConnection(ports)(connection);
    return { left: [], hasAll };
  }
  return { left: [], hasAll };
}
