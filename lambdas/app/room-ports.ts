import type { Connection, ConnectionPlace } from '../domain/connection.ts';
import type { Head, Member } from '../domain/conversation.ts';
import type { Watcher } from '../domain/watchers.ts';

/** What use cases of connections that look at a conversation need. */

/** A conversation as somebody who looks at it finds it; each part is absent where it does not exist. */
export interface Room {
  head?: Head;
  /** The caller's. */
  member?: Member;
  /** Those whose time is over too. Absent where nobody has joined for hours. */
  watchers?: Watcher[];
}

/** What there is between two users of a conversation; each part is absent where it does not exist. */
export interface Line {
  head?: Head;
  from?: Member;
  to?: Member;
  /** Whether either has blocked the other. */
  isBlocked: boolean;
  /** Of the one that is called, those whose time is over too. */
  connections: Connection[];
}

/** Who of some users is still about. */
export interface Onlookers {
  /** Those who are members, perhaps again. */
  memberIds: string[];
  /** Connections of theirs that have joined. */
  joined: Connection[];
  watchers: Watcher[];
}

export interface RoomStore {
  /** One batch read. */
  roomOf(userId: string, conversationId: string): Promise<Room>;
  /** Whether the user is a member, and this connection of theirs has joined. One batch read. */
  standingOf(connection: ConnectionPlace, conversationId: string): Promise<{ isMember: boolean; hasJoined: boolean }>;
  /** One batch read. */
  lineBetween(ends: { conversationId: string; fromUserId: string; toUserId: string }): Promise<Line>;
  /** One batch read for up to 49 users. */
  onlookersOf(conversationId: string, userIds: string[]): Promise<Onlookers>;
}

export type Joining =
  | { outcome: 'joined'; connection: Connection }
  /** It has joined as many conversations as a connection may. */
  | { outcome: 'full' }
  /** There is no such connection any longer. */
  | { outcome: 'over' };

/** What a connection looks at. */
export interface JoinedStore {
  /** Joining again changes nothing. One conditional write. */
  join(connection: ConnectionPlace, conversationId: string): Promise<Joining>;
  /** Leaving what was not joined changes nothing. One conditional write. */
  leave(connection: ConnectionPlace, conversationId: string): Promise<void>;
}

/** Which connections hear who is typing in a conversation: as many as `watchers` of the limits says, and no more at any moment. */
export interface WatcherStore {
  /** False where as many as may do already. One conditional write, two for the first; none where `known` says that it is in vain. */
  add(conversationId: string, watcher: Watcher, known: Watcher[] | undefined, nowMs: number): Promise<boolean>;
  /** Moves the time at which it is over; nothing for who does not watch. One conditional write. */
  renew(conversationId: string, watcher: Watcher): Promise<void>;
  /** One conditional write. */
  remove(conversationId: string, connectionId: string): Promise<void>;
  /** Several at once. One conditional write. */
  removeAll(conversationId: string, connectionIds: string[]): Promise<void>;
}
