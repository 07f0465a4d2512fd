import type {
  Conversation,
  ConversationSummary,
  ConversationType,
  MessagePreview,
  Role,
} from '../../contract/conversation.ts';
import { messageIdOf } from './ids.ts';
import type { Preview } from './message.ts';
import type { RecentSends } from './send-lease.ts';

/** The head of a conversation: what every send writes, so that it stays below 1 KB. */
export interface Head {
  conversationId: string;
  type: ConversationType;
  title?: string;
  /** A direct conversation's two users, sorted. */
  pair?: [string, string];
  createdAtMs: number;
  createdBy: string;
  lastSeq: number;
  lastRev: number;
  lastActivityAtMs: number;
  lastMessage?: Preview;
  memberCount: number;
  /** Goes up with every join and leave, so that a member list read at a version is known to be the right one. */
  membershipVersion: number;
  closedAtMs?: number;
  /** Who may post, where that is not everyone. */
  posting?: 'moderators';
  /** Set where the conversation has a metadata item beside its head. */
  hasMetadata?: boolean;
}

export interface Member {
  conversationId: string;
  userId: string;
  role: Role;
  /** The head's `lastSeq` when the user joined. */
  joinedSeq: number;
  lastReadSeq: number;
  lastDeliveredSeq: number;
  /** Own messages after `lastReadSeq`: they are not unread to their sender. */
  ownSinceRead: number;
  recentSends: RecentSends;
  /** Set where the user may no longer send. */
  bannedAtMs?: number;
}

export type Metadata = Record<string, unknown>;

/** Subtraction, never a counter per member. */
export const unreadCountOf = (head: Head, member: Member): number =>
  Math.max(0, head.lastSeq - member.lastReadSeq - member.ownSinceRead);

export const mayPostAnywhere = (role: Role): boolean => role !== 'member';

export const otherOf = (pair: [string, string], userId: string): string => (pair[0] === userId ? pair[1] : pair[0]);

const isoTime = (ms: number) => new Date(ms).toISOString();

/** What is the same for every member. */
export const publicConversation = (head: Head, metadata?: Metadata): Conversation => ({
  id: head.conversationId,
  type: head.type,
  ...(head.title !== undefined && { title: head.title }),
  ...(metadata !== undefined && { metadata }),
  memberCount: head.memberCount,
  createdAt: isoTime(head.createdAtMs),
  createdBy: head.createdBy,
  lastSeq: head.lastSeq,
  lastActivityAt: isoTime(head.lastActivityAtMs),
  ...(head.lastMessage && { lastMessage: publicPreview(head, head.lastMessage) }),
  closed: head.closedAtMs !== undefined,
});

/** What one member sees of it. */
export const summaryFor = (member: Member, head: Head, metadata?: Metadata): ConversationSummary => ({
  ...publicConversation(head, metadata),
  unreadCount: unreadCountOf(head, member),
  lastReadSeq: member.lastReadSeq,
  lastDeliveredSeq: member.lastDeliveredSeq,
  role: member.role,
  ...(head.pair && { otherUser: { userId: otherOf(head.pair, member.userId) } }),
});

const publicPreview = (head: Head, { senderId, type, text, atMs }: Preview): MessagePreview => ({
  id: messageIdOf(head.conversationId, head.lastSeq),
  seq: head.lastSeq,
  senderId,
  type,
  ...(text !== undefined && { text }),
  createdAt: isoTime(atMs),
});
