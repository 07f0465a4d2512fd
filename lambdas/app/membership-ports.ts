import type { ConversationChange, MembershipChange } from '../domain/change.ts';
import type { Details, Head, Member } from '../domain/conversation.ts';
import type { PageRequest } from './ports.ts';

/** What use cases that change a conversation or its membership need. */

/** Members that one transaction changes, each with one write, beside the head and its mark. */
export const membersPerChange = 45;

/** `outdated`: the head is no longer what it was when it was read; read again and decide again. */
export type HeadOutcome = { outcome: 'changed'; head: Head } | { outcome: 'outdated' } | { outcome: 'closed' };

export interface MembershipWrite {
  /** As it was read: the write holds only while its `membershipVersion` stands. */
  head: Head;
  /** At most `membersPerChange` in all three. */
  added: Member[];
  removed: Member[];
  /** As they are to be. */
  updated: Member[];
  changed: MembershipChange;
}

export interface MembershipStore {
  /** In the order of user ids: one query. */
  memberPage(conversationId: string, page: PageRequest): Promise<{ members: Member[]; nextCursor?: string }>;
  /** Those of these users who are members: one batch read a hundred. */
  membersAmong(conversationId: string, userIds: string[]): Promise<Member[]>;
  /** The head and its first members by user id: one query, for conversations that are known to be small or to see whether they are. */
  headAndMembers(conversationId: string, mostMembers: number): Promise<{ head?: Head; members: Member[] }>;
  /** Members and head with its counts, version and revision, and what it announces: one transaction. */
  changeMembers(write: MembershipWrite): Promise<HeadOutcome>;
  /** How the member wants to see the conversation; announces nothing. One conditional write; false for nobody's membership. */
  savePreferences(member: Member): Promise<boolean>;
  /** Puts members up in their lists; who has left meanwhile is left out. One write each, a few at a time. */
  moveUp(conversationId: string, userIds: string[], activityMs: number): Promise<void>;
}

export interface HeadStore {
  /** Nothing for a conversation that does not exist. One read. */
  headOf(conversationId: string): Promise<Head | undefined>;
  /** Title, settings and details; `conversation.updated`. One conditional write, or a transaction with the details. */
  update(write: { head: Head; details?: Details; changed: ConversationChange }): Promise<HeadOutcome>;
  /** `conversation.closed`; nobody finds it any more. One conditional write. */
  close(head: Head, changed: ConversationChange): Promise<HeadOutcome>;
}

export interface ChannelStore {
  /** Public channels with these words in their folded title: bounded reads of the index, then one batch read. */
  find(
    words: string,
    page: PageRequest,
  ): Promise<{ channels: { head: Head; details?: Details }[]; nextCursor?: string }>;
}
