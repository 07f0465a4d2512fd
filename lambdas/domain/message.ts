import type { Attachment } from '../../contract/attachment.ts';
import type {
  ForwardedFrom,
  MessageStatus,
  Message as PublicMessage,
  ReactionSummary,
  SendMessage,
} from '../../contract/message.ts';
import { messageIdOf } from './ids.ts';

/** What a message says: what its sender gives and may edit, and what a deletion takes away. */
export interface Content extends Pick<SendMessage, 'text' | 'encrypted' | 'mentions' | 'metadata'> {
  attachments?: Attachment[] | undefined;
}

/** The count of the highest revision includes every reaction before it: a revision is taken after the reaction is written. */
export interface ReactionCount {
  count: number;
  rev: number;
}

/** A message as the table keeps it. */
export interface Message extends Content {
  conversationId: string;
  seq: number;
  senderId: string;
  clientMessageId?: string;
  type: PublicMessage['type'];
  /** The seq of the message that it answers, in the same conversation. */
  replyTo?: number;
  replyCount?: number;
  forwardedFrom?: ForwardedFrom;
  /** By emoji; one that nobody gives any more is gone. */
  reactions?: Record<string, ReactionCount>;
  pinned?: boolean;
  createdAtMs: number;
  editedAtMs?: number;
  editedBy?: string;
  deletedAtMs?: number;
  deletedBy?: string;
  rev: number;
  /** Which member list this message is for: what the head said when it gave the seq out. */
  membershipVersion: number;
  /** The connection that sent it, which has the reply and needs no event. */
  via?: string;
  /** Set on the first of an hour: the activity to which its conversation is to move up in the members' lists. */
  movesActivityToMs?: number;
}

/** What a message said before the revision `rev` took it away. Never changed, never removed. */
export interface Revision extends Content {
  conversationId: string;
  seq: number;
  rev: number;
  editedBy: string;
  atMs: number;
  isDeletion?: boolean;
}

/** Which message a revision of a conversation changed; without `seq` it changed the conversation itself or its membership. */
export interface RevisionMark {
  conversationId: string;
  rev: number;
  seq?: number;
  atMs: number;
}

/** One user's reaction to one message with one emoji. */
export interface Reaction {
  conversationId: string;
  seq: number;
  emoji: string;
  userId: string;
  atMs: number;
}

/** What a list shows of the last message. Its seq is the head's `lastSeq`. */
export interface Preview {
  senderId: string;
  type: PublicMessage['type'];
  text?: string;
  atMs: number;
}

const previewBytes = 160;

/** Short enough for the head to stay one write unit whatever the script. */
export const previewOf = (
  { senderId, type, text, encrypted }: Pick<Message, 'senderId' | 'type' | 'text' | 'encrypted'>,
  atMs: number,
): Preview => ({
  senderId,
  type,
  ...(text !== undefined && encrypted === undefined && { text: firstBytes(text, previewBytes) }),
  atMs,
});

const missing = '…';
const missingBytes = 3;

/** The longest beginning of whole characters (as people count them) within so many bytes of UTF-8, the mark of what is missing included. */
export function firstBytes(text: string, most: number): string {
  const encoder = new TextEncoder();
  // No beginning longer than `most` code units fits, so that a long text is not segmented to its end.
  const candidate = text.slice(0, most);
  if (encoder.encode(text.slice(0, most + 1)).length <= most) return text;
  let end = 0;
  let bytes = 0;
  for (const { segment, index } of new Intl.Segmenter().segment(candidate)) {
    bytes += encoder.encode(segment).length;
    if (bytes > most - missingBytes) break;
    end = index + segment.length;
  }
  return `${text.slice(0, end)}${missing}`;
}

/** The content and nothing else, without what is not set. */
export const contentOf = ({ text, encrypted, attachments, mentions, metadata }: Content): Content => ({
  ...(text !== undefined && { text }),
  ...(encrypted !== undefined && { encrypted }),
  ...(attachments !== undefined && { attachments }),
  ...(mentions !== undefined && { mentions }),
  ...(metadata !== undefined && { metadata }),
});

const isMedia = (type: PublicMessage['type']) => type === 'image' || type === 'file' || type === 'voice';

/** Whether there is still something that a message of its type has to say; encrypted, nobody but its readers can tell. */
export const isSaid = ({ type, text, encrypted, attachments = [] }: Content & Pick<Message, 'type'>): boolean =>
  encrypted !== undefined || attachments.length > 0 || (!isMedia(type) && text !== undefined);

export const jsonBytesOf = (value: unknown): number => new TextEncoder().encode(JSON.stringify(value)).length;

/** What is left of a deleted message: its place in the log. */
export const tombstoneOf = (message: Message, by: string, atMs: number, rev: number): Message => {
  const { text, encrypted, attachments, mentions, metadata, reactions, pinned, forwardedFrom, ...place } = message;
  return { ...place, deletedAtMs: atMs, deletedBy: by, rev };
};

/** What only one reader sees of a message. */
export interface ReaderView {
  status?: MessageStatus;
  /** The emoji with which the reader has reacted. */
  mine?: ReadonlySet<string>;
}

const isoTime = (ms: number) => new Date(ms).toISOString();

/** A message as clients see it; without a view, as events carry it: the same for everyone. */
export const publicMessage = (message: Message, { status = 'sent', mine }: ReaderView = {}): PublicMessage => ({
  id: messageIdOf(message.conversationId, message.seq),
  conversationId: message.conversationId,
  seq: message.seq,
  ...(message.clientMessageId !== undefined && { clientMessageId: message.clientMessageId }),
  senderId: message.senderId,
  type: message.type,
  ...contentOf(message),
  ...(message.replyTo !== undefined && { replyTo: messageIdOf(message.conversationId, message.replyTo) }),
  ...(message.replyCount && { replyCount: message.replyCount }),
  ...(message.forwardedFrom && { forwardedFrom: message.forwardedFrom }),
  ...publicReactions(message, mine),
  ...(message.pinned && { pinned: true }),
  status,
  createdAt: isoTime(message.createdAtMs),
  ...(message.editedAtMs !== undefined && { editedAt: isoTime(message.editedAtMs) }),
  ...(message.deletedAtMs !== undefined && { deletedAt: isoTime(message.deletedAtMs) }),
  rev: message.rev,
});

function publicReactions({ reactions = {} }: Message, mine?: ReadonlySet<string>) {
  const given = Object.entries(reactions).filter(([, { count }]) => count > 0);
  if (given.length === 0) return {};
  const summaryOf = (emoji: string, count: number): ReactionSummary =>
    mine ? { count, mine: mine.has(emoji) } : { count };
  return { reactions: Object.fromEntries(given.map(([emoji, { count }]) => [emoji, summaryOf(emoji, count)])) };
}
