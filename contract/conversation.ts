import * as z from 'zod/mini';
import { humanText, IdSchema, MetadataSchema, OpaqueIdSchema } from './common.ts';
import { limits } from './limits.ts';

export type ConversationType = 'direct' | 'group' | 'channel';
export type Role = 'owner' | 'moderator' | 'member';

/** The last message, short enough for a list. */
export interface MessagePreview {
  id: string;
  seq: number;
  senderId: string;
  type: string;
  text?: string;
  createdAt: string;
}

/** A conversation as its list shows it to one of its members. */
export interface ConversationSummary {
  id: string;
  type: ConversationType;
  title?: string;
  metadata?: Record<string, unknown>;
  memberCount: number;
  createdAt: string;
  createdBy: string;
  lastSeq: number;
  lastActivityAt: string;
  lastMessage?: MessagePreview;
  unreadCount: number;
  lastReadSeq: number;
  lastDeliveredSeq: number;
  role: Role;
  closed: boolean;
  /** The other side of a direct conversation. */
  otherUser?: { userId: string };
}

/** A conversation as events carry it: what is the same for every member. */
export type Conversation = Omit<
  ConversationSummary,
  'unreadCount' | 'lastReadSeq' | 'lastDeliveredSeq' | 'role' | 'otherUser'
>;

export const CreateConversationSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('direct'), userId: IdSchema }),
  z.strictObject({
    type: z.literal('group'),
    title: humanText(limits.titleLength),
    memberIds: z
      .array(IdSchema)
      .check(z.maxLength(limits.groupMembers, `must be at most ${limits.groupMembers} members`)),
    metadata: z.optional(MetadataSchema),
  }),
]);
export type CreateConversation = z.output<typeof CreateConversationSchema>;

export interface ConversationPage {
  conversations: ConversationSummary[];
  nextCursor?: string;
}

export const ConversationParamsSchema = z.strictObject({ conversationId: OpaqueIdSchema });
