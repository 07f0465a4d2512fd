import { ChatError, refuse } from '../domain/chat-error.ts';
import { type Connection, type ConnectionLimits, isLive, longestConnectionMs } from '../domain/connection.ts';
import type { Principal } from '../domain/principal.ts';
import type { Clock, ConnectionStore, Opening, Sockets } from './ports.ts';
import type { WatcherStore } from './room-ports.ts';
import { stopWatching } from './stop-watching.ts';

export interface OpenPorts {
  connections: Pick<ConnectionStore, 'open' | 'forget'>;
  watchers: Pick<WatcherStore, 'remove'>;
  sockets: Pick<Sockets, 'close'>;
  clock: Pick<Clock, 'now'>;
}

/**
 * Remembers a connection until its token or API Gateway's longest life ends it. Of more than one user may have, the oldest are
 * closed. FORBIDDEN for a banned user, RATE_LIMITED where connects come too fast, CONFLICT where the client has hung up already.
 */
export const openConnection =
  ({ connections, watchers, sockets, clock }: OpenPorts, limits: ConnectionLimits) =>
  async ({ userId, expiresAt }: Principal, connectionId: string): Promise<void> => {
    const openedAtMs = clock.now();
    const expiresAtMs = Math.min(expiresAt, openedAtMs + longestConnectionMs);
    const connection = { userId, connectionId, openedAtMs, expiresAtMs, joined: [] };
    const all = allOf(await connections.open(connection, limits.connectsPerMinute), openedAtMs);
    const tooMany = oldestBeyond(limits.connectionsPerUser, all, connection);
    // `$disconnect` need not come: what it left behind goes with the next connect, so that the item stays small.
    const left = [...all.filter((each) => !isLive(each, openedAtMs)), ...tooMany];
    if (left.length > 0) {
      await connections.forget(
        userId,
        left.map((each) => each.connectionId),
      );
    }
    await Promise.all(tooMany.map((each) => sockets.close(each.connectionId)));
    await stopWatching(watchers, tooMany);
  };

function allOf(opening: Opening, nowMs: number): Connection[] {
  const operation = 'connect';
  switch (opening.outcome) {
    case 'opened':
      return opening.all;
    case 'banned':
      return refuse('FORBIDDEN', operation, 'the user is banned');
    case 'over':
      return refuse('CONFLICT', operation, 'the client has hung up');
    case 'tooMany':
      throw new ChatError('RATE_LIMITED', `unable to ${operation}; too many connects in a minute`, {
        retryAfterMs: opening.retryAtMs - nowMs,
      });
  }
}

function oldestBeyond(most: number, all: Connection[], { connectionId, openedAtMs }: Connection): Connection[] {
  const others = all.filter((each) => each.connectionId !== connectionId && isLive(each, openedAtMs));
  const newestFirst = others.toSorted((one, other) => other.openedAtMs - one.openedAtMs);
  return newestFirst.slice(most - 1);
}
