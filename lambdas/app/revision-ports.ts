import type { MessageChange, ReactionChange } from '../domain/change.ts';
import type { Head, Member } from '../domain/conversation.ts';
import type { Position } from '../domain/ids.ts';
import type { Message, Preview, Reaction, Revision, RevisionMark } from '../domain/message.ts';
import type { Pin } from '../domain/pin.ts';
import type { PageRequest, SendAttempt } from './ports.ts';

/** What use cases that change a message need, or that send one in another way. */

/** A message as one of its readers may change it; each part is absent where it does not exist. */
export interface MessageView {
  head?: Head;
  /** The caller's. */
  member?: Member;
  message?: Message;
}

export interface RevisionRequest {
  conversationId: string;
  atMs: number;
  /** Refuses where the conversation is closed. */
  mustBeOpen: boolean;
  /** What lists show from now on, where the message of this seq is still the last. */
  lastMessage?: { seq: number; preview: Preview };
}

/** `head.lastRev` is the revision. */
export type RevisionAllocation = { outcome: 'allocated'; head: Head } | { outcome: 'closed' };

/** A message on its way to what an edit or a deletion makes of it. */
export interface Replacement {
  emit: 'message.updated' | 'message.deleted';
  /** As it is to be, with the new revision. */
  message: Message;
  /** Its revision as it was read. */
  seenRev: number;
  /** What it said before. */
  before: Revision;
  changed: MessageChange;
}

export interface RevisionStore {
  /** The head, the caller's membership and the message: one batch read. */
  messageView(userId: string, position: Position): Promise<MessageView>;
  /** Takes the next revision. One conditional write; a second where `lastMessage` is the last no longer. */
  allocateRev(request: RevisionRequest): Promise<RevisionAllocation>;
  /** Names the message that a revision changed, for sync. One write. */
  mark(mark: RevisionMark): Promise<void>;
  /** Message, revision and mark at once; false when another change was faster than `seenRev`. One transaction of three writes. */
  replace(replacement: Replacement): Promise<boolean>;
  /** Shows on a message whether it is pinned, and announces it. One conditional write. */
  showPinned(change: { position: Position; isPinned: boolean; rev: number; changed: MessageChange }): Promise<Showing>;
}

/**
 * How it ended to show on a message, under a revision, what was decided elsewhere. `overtaken`: the message has a later revision
 * already, under which sync would not look for this one; take another. `deleted`: there is nothing left to show it on.
 */
export type Showing = 'shown' | 'overtaken' | 'deleted';

export interface ReactionStore {
  /** False when it was there. One conditional write. */
  add(reaction: Reaction): Promise<boolean>;
  /** False when it was not there. One conditional write. */
  remove(reaction: Omit<Reaction, 'atMs'>): Promise<boolean>;
  /** How many users give this emoji: one query that counts. */
  count(position: Position, emoji: string): Promise<number>;
  /**
   * Puts the count on the message, and announces the reaction; where the count of a later revision is there, which includes this
   * reaction, only announces it. One conditional write, a second where the first came late.
   */
  showCount(change: {
    emit: 'reaction.added' | 'reaction.removed';
    position: Position;
    changed: ReactionChange;
  }): Promise<Showing>;
  reactionsTo(position: Position, page: PageRequest): Promise<{ reactions: Reaction[]; nextCursor?: string }>;
}

/** Which message has been given which emoji. */
export interface Given {
  seq: number;
  emoji: string;
}

export interface ReaderStore {
  /** The head and its first members by user id: one query. */
  headAndMembers(conversationId: string, mostMembers: number): Promise<{ head?: Head; members: Member[] }>;
  /**
   * What a reader has of their own: which of these reactions, and, where it is not known yet, the membership. One batch read a
   * hundred, none for nothing.
   */
  ownParts(request: {
    userId: string;
    conversationId: string;
    given: Given[];
    withMember: boolean;
  }): Promise<{ reactions: Given[]; member?: Member }>;
}

export interface PinStore {
  /** One conditional write, two for the first of a conversation. */
  pin(conversationId: string, pin: Pin): Promise<'pinned' | 'wasPinned' | 'full'>;
  /** False when it was not pinned. One conditional write. */
  unpin(conversationId: string, seq: number): Promise<boolean>;
  pinsOf(conversationId: string): Promise<Pin[]>;
}

/** A message that answers another. */
export type Reply = Message & { replyTo: number };

export interface ReplyStore {
  /** Whether there is a message to answer. One read. */
  exists(position: Position): Promise<boolean>;
  /** The message, and one more on the count of the one it answers: at once or not at all. One transaction. */
  appendReply(message: Reply): Promise<void>;
  /** Seqs of the messages that answer one, ascending: one query of the index, which lags behind. */
  repliesTo(position: Position, page: PageRequest): Promise<{ seqs: number[]; nextCursor?: string }>;
  /** Those that exist, ascending: one batch read. */
  messagesAt(conversationId: string, seqs: number[]): Promise<Message[]>;
}

export type SenderClaim = { outcome: 'claimed' } | { outcome: 'repeated'; lease: number };

/** The memory of recent sends of a backend that is no member: as `MemberStore` has it for members. The first send makes it. */
export interface SenderStore {
  claimSend(attempt: SendAttempt): Promise<SenderClaim>;
  takeOverSend(attempt: SendAttempt, deadLease: number): Promise<boolean>;
  releaseSend(attempt: SendAttempt): Promise<void>;
}
