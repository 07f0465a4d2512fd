import type { PushCause } from '../domain/change.ts';

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
