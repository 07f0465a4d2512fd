import * as z from 'zod/mini';
import { humanText, IdSchema, MetadataSchema, OpaqueIdSchema, queryInteger } from './common.ts';
import { limits } from './limits.ts';

export type MessageType = 'text' | 'image' | 'file' | 'voice' | 'system';

/** A message as clients see it. Times are ISO 8601 UTC with milliseconds. */
export interface Message {
  id: string;
  conversationId: string;
  /** Position in the conversation, from 1 upward. */
  seq: number;
  clientMessageId?: string;
  senderId: string;
  type: MessageType;
  text?: string;
  metadata?: Record<string, unknown>;
  /** For the sender: the weakest state over the other members. */
  status: 'sent' | 'delivered' | 'read';
  createdAt: string;
  editedAt?: string;
  deletedAt?: string;
  /** The conversation's revision that last changed this message; 0 when nothing ever did. */
  rev: number;
}

/** What a sender gives. The same `clientMessageId` again is the same message, whatever else the repeat says. */
export const SendMessageSchema = z.strictObject({
  clientMessageId: IdSchema,
  type: z._default(z.optional(z.literal('text')), 'text'),
  text: humanText(limits.textLength),
  metadata: z.optional(MetadataSchema),
});
export type SendMessage = z.output<typeof SendMessageSchema>;

/** `message.send`: the HTTP body with the conversation beside it. */
export const SendMessageFrameSchema = z.extend(SendMessageSchema, { conversationId: OpaqueIdSchema });

const position = z.optional(queryInteger(0, Number.MAX_SAFE_INTEGER));

/** Which page of the history: at most one of `before`, `after` and `around`; none is the latest page. */
export const HistoryQuerySchema = z
  .strictObject({
    limit: z._default(z.optional(queryInteger(1, limits.pageSize.most)), limits.pageSize.usual),
    before: position,
    after: position,
    around: position,
  })
  .check(
    z.refine(
      ({ before, after, around }) => [before, after, around].filter((seq) => seq !== undefined).length <= 1,
      'only one of before, after and around can be given',
    ),
  );
export type HistoryQuery = z.output<typeof HistoryQuerySchema>;

/** A page of the history, ascending by seq. */
export interface MessagePage {
  messages: Message[];
  /** The last seq given out; it may belong to a message still being written. */
  lastSeq: number;
  /** Up to here every seq is a message or will never be one. */
  settledSeq: number;
  hasMoreBefore: boolean;
  hasMoreAfter: boolean;
}
