import type { Connection } from '../domain/connection.ts';
import { listeners, type Watcher } from '../domain/watchers.ts';
import type { Clock, ConnectionStore } from './ports.ts';
import type { AudienceStore } from './presence-ports.ts';

export interface AudiencePorts {
  audience: Pick<AudienceStore, 'placesOf' | 'estrangedFrom' | 'watchersOf'>;
  connections: Pick<ConnectionStore, 'connectionsOf'>;
  clock: Pick<Clock, 'now'>;
}

/** A connection that hears of somebody's presence; one that has joined a conversation is not known to be young. */
export type Listener = Watcher & Partial<Pick<Connection, 'openedAtMs'>>;

/**
 * The connections that are to hear of a user: all of the other sides of direct conversations, and those that have joined another, in
 * the user's most recently active ones; not the user's own, and nobody's where one has blocked the other. Two queries and two batch
 * reads, whatever the number of members.
 */
export async function audienceOf({ audience, connections, clock }: AudiencePorts, userId: string): Promise<Listener[]> {
  const places = await audience.placesOf(userId);
  if (places.length === 0) return [];
  const others = places.flatMap(({ otherUserId }) => otherUserId ?? []);
  const rooms = places.filter(({ otherUserId }) => otherUserId === undefined);
  const [estranged, theirs, watchers] = await Promise.all([
    audience.estrangedFrom(userId),
    connections.connectionsOf(others, clock.now()),
    audience.watchersOf(rooms.map(({ conversationId }) => conversationId)),
  ]);
  const all = new Map<string, Listener>([...watchers, ...theirs].map((each) => [each.connectionId, each]));
  return listeners([...all.values()], userId, clock.now()).filter((each) => !estranged.has(each.userId));
}
