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
  /** Shows on a message whether it is pinned, and announces it; a later revision's word stays. One conditional write. */
  showPinned(change: { position: Position; isPinned: boolean; rev: number; changed: MessageChange }): Promise<void>;
}

export interface ReactionStore {
  /** False when it was there. One conditional write. */
  add(reaction: Reaction): Promise<boolean>;
  /** False when it was not there. One conditional write. */
  remove(reaction: Omit<Reaction, 'atMs'>): Promise<boolean>;
  /** How many users give this emoji: one query that counts. */
  count(position: Position, emoji: string): Promise<number>;
  /**
   * Puts the count on the message unless it has one of a later revision, and announces the reaction either way. One conditional
   * write, a second where the first came late.
   */
  showCount(change: {
    emit: 'reaction.added' | 'reaction.removed';
    position: Position;
    changed: ReactionChange;
  }): Promise<void>;
  reactionsTo(position: Position, page: PageRequest): Promise<{ reactions: Reaction[]; nextCursor?: string }>;
  /** Which of these the user gives: one batch read for up to a hundred, none for none. */
  ownAmong(userId: string, conversationId: string, wanted: { seq: number; emoji: string }[]): Promise<Reaction[]>;
}

export interface PinStore {
  /** One conditional write. */
  pin(conversationId: string, pin: Pin): Promise<'pinned' | 'wasPinned' | 'full'>;
  /** False when it was not pinned. One conditional write. */
  unpin(conversationId: string, seq: number): Promise<boolean>;
  pinsOf(conversationId: string): Promise<Pin[]>;
}

export interface ReplyStore {
  /** The message, and one more on the count of the one it answers: at once or not at all. False when that one is not there. */
  appendReply(message: Message & { replyTo: number }): Promise<boolean>;
  /** Seqs of the messages that answer one, ascending: one query of the index, which lags behind. */
  repliesTo(position: Position, page: PageRequest): Promise<{ seqs: number[]; nextCursor?: string }>;
  /** Those that exist, ascending: one batch read. */
  messagesAt(conversationId: string, seqs: number[]): Promise<Message[]>;
}

export type SenderClaim = { outcome: 'claimed' } | { outcome: 'repeated'; lease: number };

/** The memory of recent sends of a backend that is no member: as `MemberStore` has it for members. */
export interface SenderStore {
  claimSend(attempt: SendAttempt): Promise<SenderClaim>;
  takeOverSend(attempt: SendAttempt, deadLease: number): Promise<boolean>;
  releaseSend(attempt: SendAttempt): Promise<void>;
}
