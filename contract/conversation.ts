import * as z from 'zod/mini';
import {
  changesSomething,
  HttpsUrlSchema,
  humanText,
  IdSchema,
  MetadataSchema,
  OpaqueIdSchema,
  PageSchema,
} from './common.ts';
import { limits } from './limits.ts';
import { notifyLevels, type Preferences, type Role } from './member.ts';
import type { MessageType } from './message.ts';
import type { OtherUser } from './user.ts';

export type ConversationType = 'direct' | 'group' | 'channel';

/** Whether a channel can be found and joined by anybody. */
export const visibilities = ['private', 'public'] as const;
export type Visibility = (typeof visibilities)[number];

/** Who may post: every member, or moderators and owners alone. */
export const postings = ['everyone', 'moderators'] as const;
export type Posting = (typeof postings)[number];

/** The business object that a conversation belongs to: one conversation for each, for ever. */
export interface ConversationContext {
  type: string;
  id: string;
}

/** The last message, short enough for a list. */
export interface MessagePreview {
  id: string;
  seq: number;
  senderId: string;
  type: MessageType;
  text?: string;
  createdAt: string;
}

/** A conversation as its list shows it to one of its members. A `chat:service` caller that is none gets a `Conversation`. */
export interface ConversationSummary {
  id: string;
  type: ConversationType;
  title?: string;
  avatarUrl?: string;
  metadata?: Record<string, unknown>;
  context?: ConversationContext;
  visibility: Visibility;
  posting: Posting;
  /** Seconds between two messages of one member; moderators, owners and backends need not wait. Absent where nobody must. */
  slowModeSeconds?: number;
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
  preferences: Preferences;
  closed: boolean;
  /** The other side of a direct conversation. */
  otherUser?: OtherUser;
}

/** A conversation as events carry it: what is the same for every member. */
export type Conversation = Omit<
  ConversationSummary,
  'unreadCount' | 'lastReadSeq' | 'lastDeliveredSeq' | 'role' | 'preferences' | 'otherUser'
>;

/** A public channel as anybody finds it: nothing of what is said in it. */
export type Channel = Omit<Conversation, 'lastMessage'>;

const ContextSchema = z.strictObject({
  type: z.string().check(z.regex(/^[\w.:-]{1,64}$/, 'must be 1 to 64 letters, digits or any of _ . : -')),
  id: z.string().check(z.regex(/^[\x21-\x7e]{1,128}$/, 'must be 1 to 128 printable ASCII characters')),
});

const memberIds = z
  .array(IdSchema)
  .check(z.maxLength(limits.membersPerRequest, `must be at most ${limits.membersPerRequest} members`));

/** 0 is off. */
const SlowModeSchema = z
  .int()
  .check(z.minimum(0), z.maximum(limits.slowModeSeconds, `must be at most ${limits.slowModeSeconds} seconds`));

const described = {
  title: humanText(limits.titleLength),
  avatarUrl: z.optional(HttpsUrlSchema),
  metadata: z.optional(MetadataSchema),
  context: z.optional(ContextSchema),
  /** Everyone, unless said. */
  posting: z.optional(z.enum(postings)),
  /** Off, unless said. */
  slowModeSeconds: z.optional(SlowModeSchema),
};

/** Whoever creates a group or channel is its owner; from `chat:service`, only where it is among `memberIds` itself. */
export const CreateConversationSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('direct'), userId: IdSchema }),
  z.strictObject({ type: z.literal('group'), ...described, memberIds }),
  z.strictObject({
    type: z.literal('channel'),
    ...described,
    memberIds: z._default(z.optional(memberIds), []),
    /** Private, unless said. */
    visibility: z.optional(z.enum(visibilities)),
  }),
]);
export type CreateConversation = z.output<typeof CreateConversationSchema>;

/** What is given takes the place of what was there; `null` takes it away. Type and context never change. */
export const PatchConversationSchema = z
  .strictObject({
    title: z.optional(humanText(limits.titleLength)),
    avatarUrl: z.optional(z.nullable(HttpsUrlSchema)),
    metadata: z.optional(z.nullable(MetadataSchema)),
    settings: z.optional(
      z.strictObject({
        posting: z.optional(z.enum(postings)),
        visibility: z.optional(z.enum(visibilities)),
        slowModeSeconds: z.optional(SlowModeSchema),
      }),
    ),
  })
  .check(changesSomething);
export type PatchConversation = z.output<typeof PatchConversationSchema>;

/** `null` ends the muting. */
export const PatchPreferencesSchema = z
  .strictObject({
    mutedUntil: z.optional(z.nullable(z.iso.datetime())),
    pinned: z.optional(z.boolean()),
    archived: z.optional(z.boolean()),
    notify: z.optional(z.enum(notifyLevels)),
  })
  .check(changesSomething);
export type PatchPreferences = z.output<typeof PatchPreferencesSchema>;

/** The caller's conversations; or, by both parts of a context, the one that is bound to it: none for who is no member of it. */
export const ListConversationsSchema = z
  .safeExtend(PageSchema, {
    contextType: z.optional(ContextSchema.shape.type),
    contextId: z.optional(ContextSchema.shape.id),
  })
  .check(
    z.refine(
      ({ contextType, contextId }) => (contextType === undefined) === (contextId === undefined),
      'contextType and contextId are given together or not at all',
    ),
  );
export type ListConversations = z.output<typeof ListConversationsSchema>;

export interface ConversationPage {
  conversations: ConversationSummary[];
  nextCursor?: string;
}

/**
 * Channels with these words anywhere in their title, whatever the case; without `q`, all of them. A page may hold fewer than its
 * limit, or none, where the words are rare: only the missing `nextCursor` says that it was the last.
 */
export const FindChannelsSchema = z.safeExtend(PageSchema, { q: z.optional(humanText(limits.titleLength)) });
export type FindChannels = z.output<typeof FindChannelsSchema>;

export interface ChannelPage {
  channels: Channel[];
  nextCursor?: string;
}

export const ConversationParamsSchema = z.strictObject({ conversationId: OpaqueIdSchema });
