import * as z from 'zod/mini';
import { CursorSchema, OpaqueIdSchema } from './common.ts';
import type { ConversationSummary } from './conversation.ts';
import { limits } from './limits.ts';
import type { Message } from './message.ts';
import type { Receipt } from './receipt.ts';

/** How much of a conversation a client has: everything up to a seq, and of that every change up to a revision. */
export interface SyncCursor {
  seq: number;
  rev: number;
}

const counter = z.int().check(z.gte(0));

const CursorsSchema = z
  .record(OpaqueIdSchema, z.strictObject({ seq: counter, rev: counter }))
  .check(
    z.refine(
      (cursors) => Object.keys(cursors).length <= limits.syncCursors,
      `must be at most ${limits.syncCursors} conversations`,
    ),
  );

/**
 * What a client holds: per conversation the `settledSeq` and the `rev` of the last answer. Without `epoch` it holds nothing.
 * `cursor` is the last answer's `nextCursor`, with everything else as it was.
 */
export const SyncSchema = z.strictObject({
  epoch: z.optional(z.string().check(z.maxLength(limits.idLength))),
  cursors: CursorsSchema,
  cursor: z.optional(CursorSchema),
});
export type Sync = z.output<typeof SyncSchema>;

/** What happened in one conversation since the client's cursor. */
export interface ConversationChanges {
  conversationId: string;
  settledSeq: number;
  lastSeq: number;
  /** The revision up to which `changed` is complete; with `settledSeq` the client's next cursor. */
  rev: number;
  /** New ones, ascending by seq; to a client that does not know the conversation, from its beginning. */
  messages: Message[];
  /** Older ones that were edited, deleted, reacted to or pinned, as they are now. */
  changed: Message[];
  /** Empty in conversations of more than 100 members; by frame also where the members' ids are too long for it to hold them. */
  receipts: Receipt[];
  /** There is more than one answer holds: call again with the cursor given here. */
  hasMore: boolean;
  /** Where it is new to this client, or its own data changed. */
  conversation?: ConversationSummary;
}

/** Conversations in which nothing happened are not listed. */
export interface Synced {
  epoch: string;
  conversations: ConversationChanges[];
  /** Conversations of the client's that the user is no longer in. On the last page only. */
  left: string[];
  nextCursor?: string;
}

/** The database was restored or wiped: forget everything and start without cursors. */
export interface SyncReset {
  reset: true;
  epoch: string;
}

export type SyncAnswer = Synced | SyncReset;
