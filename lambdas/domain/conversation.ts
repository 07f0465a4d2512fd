import type {
  Channel,
  Conversation,
  ConversationContext,
  ConversationSummary,
  ConversationType,
  MessagePreview,
} from '../../contract/conversation.ts';
import type { NotifyLevel, Preferences, Member as PublicMember, Role } from '../../contract/member.ts';
import type { OtherUser } from '../../contract/user.ts';
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
  context?: ConversationContext;
  createdAtMs: number;
  createdBy: string;
  lastSeq: number;
  lastRev: number;
  /** When `lastRev` was given out; absent where none ever was. */
  lastRevAtMs?: number;
  /** The revision at which the conversation's own data or its membership last changed. */
  changedRev: number;
  lastActivityAtMs: number;
  /** What `lastActivityAtMs` was before the last send: whether that send moved the conversation up in lists. */
  previousActivityAtMs?: number;
  lastMessage?: Preview;
  memberCount: number;
  /** Zero in direct conversations alone. */
  ownerCount: number;
  /** Goes up with every join and leave, so that a member list read at a version is known to be the right one. */
  membershipVersion: number;
  closedAtMs?: number;
  /** Who may post, where that is not everyone. */
  posting?: 'moderators';
  /** Seconds between two messages of one member, where that is not nothing. */
  slowModeSeconds?: number;
  /** Who may find and join it, where that is not nobody. */
  visibility?: 'public';
  /** Set where the conversation has an item of details beside its head. */
  hasDetails?: boolean;
}

/** What can be longer than a head has room for. */
export interface Details {
  avatarUrl?: string;
  metadata?: Record<string, unknown>;
}

export interface Member {
  conversationId: string;
  userId: string;
  role: Role;
  /** The head's `lastSeq` when the user joined. */
  joinedSeq: number;
  lastReadSeq: number;
  lastDeliveredSeq: number;
  /** What one of the user's clients itself said that it got: that a frame was taken may mean a phone that has lost its network. */
  confirmedSeq?: number;
  /** Own messages after `lastReadSeq`: they are not unread to their sender. */
  ownSinceRead: number;
  recentSends: RecentSends;
  /** Set where the user may no longer send. */
  bannedAtMs?: number;
  /** The revision at which this member's own view last changed. */
  changedRev: number;
  mutedUntilMs?: number;
  pinned?: boolean;
  archived?: boolean;
  /** Absent is all. */
  notify?: NotifyLevel;
  /** The other side of a direct conversation blocked this user: a send is refused as if the conversation were closed. */
  blockedAtMs?: number;
  /** This user blocked the other side of a direct conversation. */
  hasBlockedAtMs?: number;
  /** The newest message that this user was pushed to about: none up to it is pushed again. */
  notifiedSeq?: number;
  /** Which claim of a push that was. */
  notifiedBy?: string;
  deferredPush?: DeferredPush;
}

/** What waits until quiet hours are over: one check in flight, which message it set out for, and the newest that it is to tell of. */
export interface DeferredPush {
  untilMs: number;
  bySeq: number;
  seq: number;
}

/** Somebody who joins now: what was said before is read, and counts as delivered. */
export const newMember = (
  { conversationId, lastSeq, changedRev }: Pick<Head, 'conversationId' | 'lastSeq' | 'changedRev'>,
  userId: string,
  role: Role,
): Member => ({
  conversationId,
  userId,
  role,
  joinedSeq: lastSeq,
  lastReadSeq: lastSeq,
  lastDeliveredSeq: lastSeq,
  ownSinceRead: 0,
  recentSends: {},
  changedRev,
});

/** A conversation as one of its members has it. */
export interface OwnView {
  head: Head;
  member: Member;
  details?: Details;
  /** Absent is not known: only the user's id is told. */
  otherUser?: OtherUser;
}

/** Subtraction, never a counter per member. */
export const unreadCountOf = (head: Head, member: Member): number =>
  Math.max(0, head.lastSeq - member.lastReadSeq - member.ownSinceRead);

export const mayPostAnywhere = (role: Role): boolean => role !== 'member';

export const otherOf = (pair: [string, string], userId: string): string => (pair[0] === userId ? pair[1] : pair[0]);

const isoTime = (ms: number) => new Date(ms).toISOString();

export const publicMember = ({ userId, role, joinedSeq }: Member): PublicMember => ({ userId, role, joinedSeq });

export const preferencesOf = ({ mutedUntilMs, pinned, archived, notify }: Member): Preferences => ({
  ...(mutedUntilMs !== undefined && { mutedUntil: isoTime(mutedUntilMs) }),
  pinned: pinned ?? false,
  archived: archived ?? false,
  notify: notify ?? 'all',
});

/** What is the same for every member. */
export const publicConversation = (head: Head, details: Details = {}): Conversation => ({
  id: head.conversationId,
  type: head.type,
  ...(head.title !== undefined && { title: head.title }),
  ...(details.avatarUrl !== undefined && { avatarUrl: details.avatarUrl }),
  ...(details.metadata !== undefined && { metadata: details.metadata }),
  ...(head.context && { context: head.context }),
  visibility: head.visibility ?? 'private',
  posting: head.posting ?? 'everyone',
  ...(head.slowModeSeconds !== undefined && { slowModeSeconds: head.slowModeSeconds }),
  memberCount: head.memberCount,
  createdAt: isoTime(head.createdAtMs),
  createdBy: head.createdBy,
  lastSeq: head.lastSeq,
  lastActivityAt: isoTime(head.lastActivityAtMs),
  ...(head.lastMessage && { lastMessage: publicPreview(head, head.lastMessage) }),
  closed: head.closedAtMs !== undefined,
});

/** What anybody sees of a public channel. */
export const publicChannel = (head: Head, details?: Details): Channel => {
  const { lastMessage, ...channel } = publicConversation(head, details);
  return channel;
};

/** What one member sees of it. */
export const summaryFor = ({ head, member, details, otherUser }: OwnView): ConversationSummary => ({
  ...publicConversation(head, details),
  unreadCount: unreadCountOf(head, member),
  lastReadSeq: member.lastReadSeq,
  lastDeliveredSeq: member.lastDeliveredSeq,
  role: member.role,
  preferences: preferencesOf(member),
  ...(head.pair && { otherUser: otherUser ?? { userId: otherOf(head.pair, member.userId) } }),
});

const publicPreview = (head: Head, { senderId, type, text, atMs }: Preview): MessagePreview => ({
  id: messageIdOf(head.conversationId, head.lastSeq),
  seq: head.lastSeq,
  senderId,
  type,
  ...(text !== undefined && { text }),
  createdAt: isoTime(atMs),
});
