import * as z from 'zod/mini';
import { postings, visibilities } from './conversation.ts';
import { devicePlatforms } from './device.ts';
import { limits } from './limits.ts';
import { roles } from './member.ts';
import { messageTypes } from './message.ts';

/**
 * What the deployer's own systems are told, by EventBridge: one schema for the `detail` of each detail-type. Fields may be added within a
 * version, so that whoever reads them ignores what it doesn't know; anything else is a new `version`.
 */

const base = {
  version: z.literal(1),
  /** Of the change, and the same however often it is told: the key to tell repeats by. Never to be parsed. */
  id: z.string(),
  /** When it happened, ISO 8601 UTC. */
  at: z.iso.datetime(),
};

const UserSchema = z.object({ userId: z.string() });
const UserIdsSchema = z.array(z.string()).check(z.maxLength(limits.domainEventUsers));

/** Of a message: which conversation, as far as a rule needs it. */
const ConversationPointerSchema = z.object({
  id: z.string(),
  type: z.enum(['direct', 'group', 'channel']),
  title: z.optional(z.string()),
  /** The business object that the conversation belongs to. */
  context: z.optional(z.object({ type: z.string(), id: z.string() })),
});

/** The conversation itself, without what is said in it. */
const ConversationSchema = z.extend(ConversationPointerSchema, {
  avatarUrl: z.optional(z.string()),
  metadata: z.optional(z.record(z.string(), z.unknown())),
  visibility: z.enum(visibilities),
  posting: z.enum(postings),
  slowModeSeconds: z.optional(z.int()),
  memberCount: z.int(),
  createdAt: z.iso.datetime(),
  createdBy: z.string(),
  closed: z.boolean(),
});

const MessagePointerSchema = z.object({ id: z.string(), seq: z.int(), type: z.enum(messageTypes) });

/** Never the whole text, and nothing of an encrypted one. */
const MessageSchema = z.extend(MessagePointerSchema, {
  /** The beginning of the text, at most 160 bytes. */
  preview: z.optional(z.string()),
  isEncrypted: z.optional(z.literal(true)),
  mentions: z.optional(z.array(z.string())),
  /** The id of the message that this one answers. */
  replyTo: z.optional(z.string()),
});

const ofMessage = { ...base, conversation: ConversationPointerSchema, sender: UserSchema };

const MessageCreatedSchema = z.object({
  ...ofMessage,
  message: MessageSchema,
  /** Members other than the sender: all of them, or the first hundred by id. */
  recipients: UserIdsSchema,
  /** All of them. Where they are more than a hundred, a sender who is no member counts as one. */
  recipientCount: z.int(),
});

/** Edited, pinned or unpinned. Of several changes of a message the one of the highest `rev` is the last. */
const MessageUpdatedSchema = z.object({
  ...ofMessage,
  message: z.extend(MessageSchema, {
    rev: z.int(),
    editedAt: z.optional(z.iso.datetime()),
    pinned: z.optional(z.literal(true)),
  }),
});

const MessageDeletedSchema = z.object({
  ...ofMessage,
  message: z.extend(MessagePointerSchema, { rev: z.int() }),
  deletedBy: UserSchema,
});

const ConversationCreatedSchema = z.object({
  ...base,
  conversation: ConversationSchema,
  /** All of `memberCount`, or the first hundred by id. */
  memberIds: UserIdsSchema,
});
const ConversationChangedSchema = z.object({ ...base, conversation: ConversationSchema });

/** One event for each member concerned. `member` is as it is after it; of who is removed, as it was. */
const MemberChangedSchema = z.object({
  ...base,
  conversation: ConversationPointerSchema,
  member: z.object({ userId: z.string(), role: z.enum(roles), joinedSeq: z.int() }),
  /** After it. */
  memberCount: z.int(),
});

const UserOnlineSchema = z.object({ ...base, user: UserSchema });
const UserOfflineSchema = z.object({ ...base, user: UserSchema, lastSeenAt: z.optional(z.iso.datetime()) });

/** About one message, to one device of a user or to their phone number. */
const NotificationSentSchema = z.object({
  ...base,
  user: UserSchema,
  conversationId: z.string(),
  messageId: z.string(),
  channel: z.enum(['push', 'sms']),
  /** Of a push. */
  device: z.optional(z.object({ deviceId: z.string(), platform: z.enum(devicePlatforms) })),
});

/** Nobody tries again. `unknown`: it may have been taken. */
const NotificationFailedSchema = z.extend(NotificationSentSchema, { reason: z.enum(['gone', 'refused', 'unknown']) });

/** By detail-type. */
export const domainEventSchemas = {
  'chat.message.created': MessageCreatedSchema,
  'chat.message.updated': MessageUpdatedSchema,
  'chat.message.deleted': MessageDeletedSchema,
  'chat.conversation.created': ConversationCreatedSchema,
  'chat.conversation.updated': ConversationChangedSchema,
  'chat.conversation.closed': ConversationChangedSchema,
  'chat.member.added': MemberChangedSchema,
  'chat.member.removed': MemberChangedSchema,
  'chat.member.updated': MemberChangedSchema,
  'chat.user.online': UserOnlineSchema,
  'chat.user.offline': UserOfflineSchema,
  'chat.notification.sent': NotificationSentSchema,
  'chat.notification.failed': NotificationFailedSchema,
} as const;

export type DomainEventType = keyof typeof domainEventSchemas;

export type DomainEventDetail<Type extends DomainEventType> = z.output<(typeof domainEventSchemas)[Type]>;

/** Any of them, told apart by `detailType`. */
export type DomainEvent = {
  [Type in DomainEventType]: { detailType: Type; detail: DomainEventDetail<Type> };
}[DomainEventType];
