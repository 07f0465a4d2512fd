import type { ConnectionPlace } from '../domain/connection.ts';
import type { Attendance, PresenceChange } from '../domain/presence.ts';
import type { Watcher } from '../domain/watchers.ts';

/** What use cases of presence need. */

export interface PresenceQueue {
  /** Each is handed on at once, but for an absence (`isAbsence`), which waits for the grace. */
  presenceChanged(changes: PresenceChange[]): Promise<void>;
}

export interface PresenceStore {
  /** Of everybody asked for, who never came too: one batch read for up to 100. `isExact` as of this very moment, at twice the price. */
  attendancesOf(userIds: string[], how: { isExact: boolean }): Promise<Map<string, Attendance>>;
  /** Whether the connection's user looks at it; false where there is no such connection. One conditional write. */
  setAway(place: ConnectionPlace, isAway: boolean): Promise<boolean>;
  /** Puts back when a user was last seen, unless they are back themselves. One conditional write. */
  putBack(userId: string, lastSeenAtMs: number): Promise<void>;
}

/** A conversation of a user's; `otherUserId` in a direct one. */
export interface Place {
  conversationId: string;
  otherUserId?: string;
}

export interface AudienceStore {
  /** The user's most recently active conversations, as many as `presenceConversations` of the limits says: one query of the index. */
  placesOf(userId: string): Promise<Place[]>;
  /** Whom the user has blocked, and who has blocked the user: one query. */
  estrangedFrom(userId: string): Promise<Set<string>>;
  /** Connections that have joined one of these conversations, those whose time is over too: one batch read for up to 100. */
  watchersOf(conversationIds: string[]): Promise<Watcher[]>;
  /** Those of the conversations that the user is a member of: one batch read for up to 100. */
  ownAmong(userId: string, conversationIds: string[]): Promise<Set<string>>;
}
