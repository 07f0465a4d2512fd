import type { PushCause } from '../domain/change.ts';
import type { PresenceChange } from '../domain/presence.ts';

/** What fan-out leaves to other functions. */

/** A part of a large conversation's members, and changes that all of them are to be told of, in order. */
export interface Slice {
  /** Slices of one group are posted in the order in which they were queued. */
  group: string;
  conversationId: string;
  userIds: string[];
  changes: { events: string[]; exceptConnectionId?: string; push?: PushCause }[];
}

export interface SliceQueue {
  /** One slice of each group at most, so that what fails in part is in order when it comes again. */
  postLater(slices: Slice[]): Promise<void>;
}

export interface PresenceQueue {
  /** Each is looked at when others are to be told of it: of an absence, once the grace is over. */
  presenceChanged(changes: PresenceChange[]): Promise<void>;
}
