import type { NotifyLevel, Role } from '../../contract/member.ts';
import type { ConversationChange } from '../domain/change.ts';
import type { Details, Head, Member } from '../domain/conversation.ts';
import type { Person } from '../domain/profile.ts';
import type { PageRequest } from './ports.ts';

/** What use cases that change a conversation or its membership need. */

/** Members that one transaction changes, each with one write, beside the head and its mark. */
export const membersPerChange = 45;

/** `outdated`: the head is no longer what it was when it was read, or a member is not; read again and decide again. */
export type HeadOutcome = { outcome: 'changed'; head: Head } | { outcome: 'outdated' };

export interface MembershipWrite {
  /** As it was read: the write holds only while its `lastRev` stands, and it gives out the next. */
  head: Head;
  /** At most `membersPerChange` in all three. */
  added: Member[];
  removed: Member[];
  /** As they are, and the role that they are to have. */
  updated: { member: Member; role: Role }[];
  atMs: number;
}

/** What a member may want otherwise; null takes the wish away. */
export interface PreferenceChange {
  mutedUntilMs?: number | null;
  pinned?: boolean;
  archived?: boolean;
  notify?: NotifyLevel;
}

export interface MembershipStore {
  /** In the order of user ids: one query. */
  memberPage(conversationId: string, page: PageRequest): Promise<{ members: Member[]; nextCursor?: string }>;
  /** The head, and those of these users who are members: one batch read for up to 99. */
  headAndThose(conversationId: string, userIds: string[]): Promise<{ head?: Head; members: Member[] }>;
  /** The head and its first members by user id: one query, for conversations that are known to be small or to see whether they are. */
  headAndMembers(conversationId: string, mostMembers: number): Promise<{ head?: Head; members: Member[] }>;
  /** Members and head with its counts, version, revision and mark, and what it announces: one transaction. */
  changeMembers(write: MembershipWrite): Promise<HeadOutcome>;
  /** How the member wants to see the conversation; announces nothing. One conditional write; nothing for nobody's membership. */
  changePreferences(
    place: Pick<Member, 'conversationId' | 'userId'>,
    change: PreferenceChange,
  ): Promise<Member | undefined>;
  /** Puts members up in their lists; who has left meanwhile is left out. One write each, a few at a time. */
  moveUp(conversationId: string, userIds: readonly string[], activityMs: number): Promise<void>;
}

export interface HeadWrite {
  /** As it is to be, but for `lastRev`, which is as it was read: the write holds only while that stands, and it gives out the next. */
  head: Head;
  /** What takes the place of the details there were; absent leaves them. */
  details?: Details;
  changed: ConversationChange;
}

export interface HeadStore {
  /** Title, settings and details; `conversation.updated`. One transaction: head, mark and details. */
  update(write: HeadWrite): Promise<HeadOutcome>;
  /** `conversation.closed`; nobody finds it any more. One transaction: head and mark. */
  close(write: Omit<HeadWrite, 'details'>): Promise<HeadOutcome>;
}

export interface ChannelStore {
  /** Public channels with these words in their title: bounded reads of the index, then one batch read. */
  find(
    words: string,
    page: PageRequest,
  ): Promise<{ channels: { head: Head; details?: Details }[]; nextCursor?: string }>;
}

/** What a list shows beside heads and memberships. */
export interface Surroundings {
  /** By conversation. */
  details: Map<string, Details>;
  /** By user. */
  people: Map<string, Person>;
}

export interface SurroundingsStore {
  /** Details of these conversations, profiles and connections of these users: one batch read for up to 100 items, none for none. */
  surroundingsOf(conversationIds: string[], userIds: string[]): Promise<Surroundings>;
}
