import * as z from 'zod/mini';
import { type Attachment, type GivenAttachment, GivenAttachmentSchema } from './attachment.ts';
import {
  atMostJsonBytes,
  changesSomething,
  EnvelopeSchema,
  humanText,
  IdSchema,
  isChange,
  MetadataSchema,
  OpaqueIdSchema,
  queryInteger,
} from './common.ts';
import { limits } from './limits.ts';

/** `system` messages come from a `chat:service` backend alone. */
export const messageTypes = ['text', 'image', 'file', 'voice', 'system'] as const;
export type MessageType = (typeof messageTypes)[number];

/** An opaque envelope: what clients encrypted for each other. Members beside these two are kept as they are. */
export interface Envelope {
  algorithm: string;
  ciphertext: string;
  [more: string]: unknown;
}

export interface ReactionSummary {
  count: number;
  /** Whether the caller is among them. Events do not say: they are the same for everyone. */
  mine?: boolean;
}

/** What a forwarded message was first: the original, not the copy that was forwarded on. Its reader may not be able to see it. */
export interface ForwardedFrom {
  messageId: string;
  senderId: string;
}

export type MessageStatus = 'sent' | 'delivered' | 'read';

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
  encrypted?: Envelope;
  attachments?: Attachment[];
  /** The id of the message that this one answers. */
  replyTo?: string;
  /** How many messages answer this one directly, deleted ones included. */
  replyCount?: number;
  /** User ids. */
  mentions?: string[];
  forwardedFrom?: ForwardedFrom;
  /** By emoji; those that nobody gives any more are left out. */
  reactions?: Record<string, ReactionSummary>;
  pinned?: boolean;
  metadata?: Record<string, unknown>;
  /** For the sender: the weakest state over the other members; `sent` where they are more than 100. */
  status: MessageStatus;
  createdAt: string;
  editedAt?: string;
  /** A deleted message keeps its place and loses its content. */
  deletedAt?: string;
  /** The conversation's revision that last changed this message; 0 when nothing ever did. */
  rev: number;
}

const areDistinct = (attachments: GivenAttachment[]) =>
  new Set(attachments.map(({ attachmentId }) => attachmentId)).size === attachments.length;

const content = {
  text: z.optional(humanText(limits.textLength)),
  encrypted: z.optional(EnvelopeSchema),
  attachments: z.optional(
    z
      .array(GivenAttachmentSchema)
      .check(
        z.maxLength(limits.attachments, `must be at most ${limits.attachments} attachments`),
        z.refine(areDistinct, 'must not name an attachment twice'),
      ),
  ),
  mentions: z.optional(
    z.array(IdSchema).check(z.maxLength(limits.mentions, `must be at most ${limits.mentions} users`)),
  ),
  metadata: z.optional(MetadataSchema),
};

interface Said {
  type?: MessageType | undefined;
  text?: string | undefined;
  encrypted?: unknown;
  attachments?: GivenAttachment[] | undefined;
}

/** A picture, a file or a voice message is its attachments; encrypted, nobody but its readers can tell. */
const mediaTypes: readonly (MessageType | undefined)[] = ['image', 'file', 'voice'];
const hasAttachments = ({ attachments = [] }: Said) => attachments.length > 0;
const hasMedia = (said: Said) =>
  !mediaTypes.includes(said.type) || hasAttachments(said) || said.encrypted !== undefined;
const saysSomething = (said: Said) =>
  said.text !== undefined || said.encrypted !== undefined || hasAttachments(said) || mediaTypes.includes(said.type);

/** What is shown before a file is loaded has to be known: how large a picture is, how long a voice speaks and what it looks like. */
const mediaFacts: Partial<Record<MessageType, (keyof GivenAttachment)[]>> = {
  image: ['width', 'height'],
  voice: ['durationMs', 'waveform'],
};
export const hasMediaFacts = ({ type, encrypted, attachments = [] }: Said) =>
  encrypted !== undefined ||
  (type !== undefined && mediaFacts[type] ? mediaFacts[type] : []).every((fact) =>
    attachments.every((attachment) => attachment[fact] !== undefined),
  );

/** What a sender gives. The same `clientMessageId` again is the same message, whatever else the repeat says. */
export const SendMessageSchema = z
  .strictObject({
    clientMessageId: IdSchema,
    type: z._default(z.optional(z.enum(messageTypes)), 'text'),
    ...content,
    replyTo: z.optional(OpaqueIdSchema),
  })
  .check(
    z.refine(saysSomething, { error: 'needs text, encrypted or attachments', path: ['text'] }),
    z.refine(hasMedia, { error: 'is required for a message of this type', path: ['attachments'] }),
    z.refine(hasMediaFacts, {
      error: 'need width and height in an image, durationMs and waveform in a voice message',
      path: ['attachments'],
    }),
    atMostJsonBytes(limits.messageBytes),
  );
export type SendMessage = z.output<typeof SendMessageSchema>;

/** `message.send`: the HTTP body with the conversation beside it. */
export const SendMessageFrameSchema = z.safeExtend(SendMessageSchema, { conversationId: OpaqueIdSchema });

export const MessageParamsSchema = z.strictObject({ messageId: OpaqueIdSchema });

/** What is given takes the place of what was said; what is not given stays. Something must still be said in the end. */
export const EditMessageSchema = z.strictObject(content).check(changesSomething, atMostJsonBytes(limits.messageBytes));
export type EditMessage = z.output<typeof EditMessageSchema>;

/** `message.edit`. */
export const EditMessageFrameSchema = z.strictObject({ ...content, messageId: OpaqueIdSchema }).check(
  z.refine(({ messageId, ...edit }) => isChange(edit), 'must change something'),
  atMostJsonBytes(limits.messageBytes),
);

/** `message.delete`. */
export const DeleteMessageFrameSchema = MessageParamsSchema;

/** Each conversation gets a message of its own; with a `clientMessageId` a repeat of the call forwards nothing twice. */
export const ForwardMessageSchema = z.strictObject({
  conversationIds: z
    .array(OpaqueIdSchema)
    .check(
      z.minLength(1, 'must name a conversation'),
      z.maxLength(limits.forwardTargets, `must be at most ${limits.forwardTargets} conversations`),
    ),
  clientMessageId: z.optional(IdSchema),
});
export type ForwardMessage = z.output<typeof ForwardMessageSchema>;

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

/** A page of the messages that answer one, ascending by seq. */
export interface ReplyPage {
  messages: Message[];
  nextCursor?: string;
}
