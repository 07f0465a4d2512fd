import type { Refreshed } from '../../contract/live.ts';
import { refuse } from '../domain/chat-error.ts';
import { type ConnectionPlace, longestConnectionMs } from '../domain/connection.ts';
import type { Principal } from '../domain/principal.ts';
import type { ConnectionStore } from './ports.ts';
import type { WatcherStore } from './room-ports.ts';

export interface RefreshPorts {
  verify: (token: string) => Promise<Principal>;
  connections: Pick<ConnectionStore, 'connectionOf' | 'renew'>;
  watchers: Pick<WatcherStore, 'renew'>;
}

const operation = 'refresh the token';

/**
 * A connection lives as long as the newest token of its user, and never longer than API Gateway lets it; an earlier end of the new
 * token does not shorten it. One read, one write, and one for each conversation that it has joined. UNAUTHENTICATED for a token that
 * is not good, and for a connection that is over; FORBIDDEN for somebody else's token.
 */
export const refreshToken =
  ({ verify, connections, watchers }: RefreshPorts) =>
  async (place: ConnectionPlace, token: string): Promise<Refreshed> => {
    const { userId, expiresAt, scopes } = await verify(token);
    if (userId !== place.userId) refuse('FORBIDDEN', operation, 'the token is another user’s');
    const connection = (await connections.connectionOf(place)) ?? refuseGone();
    const end = Math.min(expiresAt, connection.openedAtMs + longestConnectionMs);
    const expiresAtMs = Math.max(end, connection.expiresAtMs);
    const renewed = (await connections.renew(place, { expiresAtMs, scope: scopes.join(' ') })) ?? refuseGone();
    await Promise.all(renewed.joined.map((conversationId) => watchers.renew(conversationId, renewed)));
    return { expiresAt: new Date(expiresAtMs).toISOString() };
  };

const refuseGone = () => refuse('UNAUTHENTICATED', operation, 'the connection is over');
