import { longestConnectionMs } from '../domain/connection.ts';
import type { Principal } from '../domain/principal.ts';
import type { Clock, ConnectionStore } from './ports.ts';

/** Remembers a connection until its token or API Gateway's longest life ends it. */
export const openConnection =
  ({ connections, clock }: { connections: ConnectionStore; clock: Clock }) =>
  async ({ userId, expiresAt }: Principal, connectionId: string): Promise<void> => {
    const openedAtMs = clock.now();
    const expiresAtMs = Math.min(expiresAt, openedAtMs + longestConnectionMs);
    await connections.open({ userId, connectionId, openedAtMs, expiresAtMs });
  };
