import type { ChatEvent } from '../../contract/event.ts';
import type { Member as PublicMember } from '../../contract/member.ts';
import { type Details, type Head, type Member, publicConversation } from './conversation.ts';
import { messageIdOf } from './ids.ts';
import { type Message, publicMessage } from './message.ts';
import { publicScheduled, type ScheduledMessage } from './scheduled-message.ts';

/**
 * What a write to the table stands for: its `emit`, the item as it is after the write, and in `changed` what cannot be seen on the
 * item itself. A write with nothing to announce removes both.
 */
export type Change =
  | { emit: 'message.created'; message: Message }
  | { emit: 'message.updated' | 'message.deleted'; message: Message; changed: MessageChange }
  | { emit: 'reaction.added' | 'reaction.removed'; message: Message; changed: ReactionChange }
  | { emit: 'receipt.read' | 'receipt.delivered'; member: Member; changed: ReceiptChange }
  | { emit: 'conversation.created'; head: Head; changed?: ConversationChange }
  | { emit: 'conversation.updated' | 'conversation.closed'; head: Head; changed: ConversationChange }
  | { emit: 'membership.changed'; head: Head; changed: MembershipChange }
  | { emit: 'scheduled.failed'; scheduled: ScheduledMessage; changed: Occasion };

interface Occasion {
  atMs: number;
}

export interface MessageChange extends Occasion {
  /** The head's when it gave the revision out: who has joined since the message was sent is to be told too. */
  membershipVersion: number;
  /** The connection that asked for it, which has the reply. */
  via?: string;
}

export interface ReactionChange extends MessageChange {
  userId: string;
  emoji: string;
  count: number;
  rev: number;
}

export interface ReceiptChange extends Occasion {
  membershipVersion: number;
  seq: number;
  via?: string;
}

/** The details go with the event: they are not on the head, and a client is to have the conversation whole. */
export interface ConversationChange extends Occasion {
  details?: Details;
}

/** Those concerned, as they are after it; those removed, as they were. */
export interface MembershipChange extends Occasion {
  added?: PublicMember[];
  removed?: PublicMember[];
  updated?: PublicMember[];
}

export interface MembershipNews {
  /** After it. */
  memberCount: number;
  added: string[];
  /** They are told of it although they are no longer members. */
  removed: string[];
  /** All whom it is about, those of another role too. */
  concerned: string[];
}

/** The message that somebody may have to be pushed for. */
export interface PushCause {
  seq: number;
  senderId: string;
  atMs: number;
}

/** Events of one change and whom they concern: the members of its conversation as of `membershipVersion`, or one user alone. */
export interface Announcement {
  events: ChatEvent[];
  conversationId: string;
  membershipVersion: number;
  /** Set where the membership itself changed, to that of `membershipVersion`. */
  membership?: MembershipNews;
  onlyTo?: string;
  /** A connection that knows already. */
  exceptConnectionId?: string;
  /** Set where members who are not looking at the conversation are to be pushed to. */
  push?: PushCause;
  /** Set where the conversation moves up in its members' lists: to this time. */
  movesActivityToMs?: number;
}

/** The one place that knows which write means which event. */
export function announcementOf(change: Change): Announcement {
  switch (change.emit) {
    case 'message.created':
      return messageCreated(change.message);
    case 'message.updated':
    case 'message.deleted':
      return messageChanged(change.emit, change.message, change.changed);
    case 'reaction.added':
    case 'reaction.removed':
      return reactionChanged(change.emit, change.message, change.changed);
    case 'receipt.read':
    case 'receipt.delivered':
      return watermarkMoved(change.emit, change.member, change.changed);
    case 'conversation.created':
      return conversationChanged(change.emit, change.head, change.changed ?? { atMs: change.head.createdAtMs });
    case 'conversation.updated':
    case 'conversation.closed':
      return conversationChanged(change.emit, change.head, change.changed);
    case 'membership.changed':
      return membershipChanged(change.head, change.changed);
    case 'scheduled.failed':
      return scheduledFailed(change.scheduled, change.changed);
  }
}

const isoTime = (ms: number) => new Date(ms).toISOString();

const messageCreated = (message: Message): Announcement => ({
  events: [
    {
      type: 'message.created',
      conversationId: message.conversationId,
      at: isoTime(message.createdAtMs),
      data: { message: publicMessage(message) },
    },
  ],
  ...addressOf(message.conversationId, message),
  push: { seq: message.seq, senderId: message.senderId, atMs: message.createdAtMs },
  ...(message.movesActivityToMs !== undefined && { movesActivityToMs: message.movesActivityToMs }),
});

const messageChanged = (
  type: 'message.updated' | 'message.deleted',
  message: Message,
  changed: MessageChange,
): Announcement => ({
  events: [
    {
      type,
      conversationId: message.conversationId,
      at: isoTime(changed.atMs),
      data: { message: publicMessage(message) },
    },
  ],
  ...addressOf(message.conversationId, changed),
});

const reactionChanged = (
  type: 'reaction.added' | 'reaction.removed',
  { conversationId, seq }: Message,
  changed: ReactionChange,
): Announcement => {
  const { userId, emoji, count, rev } = changed;
  const messageId = messageIdOf(conversationId, seq);
  return {
    events: [{ type, conversationId, at: isoTime(changed.atMs), data: { messageId, userId, emoji, count, rev } }],
    ...addressOf(conversationId, changed),
  };
};

const watermarkMoved = (
  type: 'receipt.read' | 'receipt.delivered',
  { conversationId, userId }: Member,
  changed: ReceiptChange,
): Announcement => ({
  events: [{ type, conversationId, at: isoTime(changed.atMs), data: { userId, seq: changed.seq } }],
  ...addressOf(conversationId, changed),
});

const conversationChanged = (
  type: 'conversation.created' | 'conversation.updated' | 'conversation.closed',
  head: Head,
  { atMs, details }: ConversationChange,
): Announcement => ({
  events: [
    {
      type,
      conversationId: head.conversationId,
      at: isoTime(atMs),
      data: { conversation: publicConversation(head, details) },
    },
  ],
  ...addressOf(head.conversationId, head),
});

/** Who goes is told of first, so that a client that counts is never above the bound; the removed one learns of it too. */
const membershipChanged = (head: Head, { atMs, added = [], removed = [], updated = [] }: MembershipChange) => {
  const { conversationId } = head;
  const eventOf = (type: 'member.added' | 'member.removed' | 'member.updated') => (member: PublicMember) => ({
    type,
    conversationId,
    at: isoTime(atMs),
    data: { member },
  });
  return {
    events: [
      ...removed.map(eventOf('member.removed')),
      ...updated.map(eventOf('member.updated')),
      ...added.map(eventOf('member.added')),
    ],
    ...addressOf(conversationId, head),
    membership: {
      memberCount: head.memberCount,
      added: added.map(userIdOf),
      removed: removed.map(userIdOf),
      concerned: [...removed, ...updated, ...added].map(userIdOf),
    },
  };
};

/** Whoever it is about may be no member any more. */
const scheduledFailed = (scheduled: ScheduledMessage, { atMs }: Occasion): Announcement => {
  const { conversationId, senderId } = scheduled;
  const data = { scheduledMessage: publicScheduled(scheduled) };
  return {
    events: [{ type: 'scheduled.failed', conversationId, at: isoTime(atMs), data }],
    conversationId,
    membershipVersion: 0,
    onlyTo: senderId,
  };
};

const userIdOf = ({ userId }: PublicMember) => userId;

const addressOf = (
  conversationId: string,
  { membershipVersion, via }: { membershipVersion: number; via?: string },
): Pick<Announcement, 'conversationId' | 'membershipVersion' | 'exceptConnectionId'> => ({
  conversationId,
  membershipVersion,
  ...(via !== undefined && { exceptConnectionId: via }),
});
