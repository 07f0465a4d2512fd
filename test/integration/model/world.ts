import type { ConversationType } from '../../../contract/conversation.ts';
import type { Role } from '../../../contract/member.ts';

/** What the chat is to be, in plain maps and lists: no revisions, no retries, no table. Everything is recounted whenever it is asked for. */

export interface Message {
  seq: number;
  senderId: string;
  clientMessageId: string;
  text: string;
  replyTo?: number;
  isEdited: boolean;
  isDeleted: boolean;
  isPinned: boolean;
  reactions: Map<string, Set<string>>;
}

export interface Member {
  role: Role;
  lastReadSeq: number;
  lastDeliveredSeq: number;
  isArchived: boolean;
  /** Sends of this membership: a repeat of one of them is the same message. */
  sent: Message[];
}

export interface Conversation {
  id: string;
  type: ConversationType;
  title?: string;
  isPublic: boolean;
  isClosed: boolean;
  members: Map<string, Member>;
  messages: Message[];
  /** Who was there when it was made. */
  founders: Map<string, Role>;
  /** Those of them who never left. */
  witnesses: Set<string>;
}

export interface World {
  users: string[];
  conversations: Conversation[];
}

export type Founding = Pick<Conversation, 'id' | 'type' | 'isPublic'> & { title?: string };

export function newConversation(founding: Founding, founders: Map<string, Role>): Conversation {
  const made: Conversation = {
    ...founding,
    isClosed: false,
    members: new Map(),
    messages: [],
    founders,
    witnesses: new Set(founders.keys()),
  };
  for (const [userId, role] of founders) made.members.set(userId, newMember(made, role));
  return made;
}

export function goes({ members, witnesses }: Conversation, userId: string): void {
  members.delete(userId);
  witnesses.delete(userId);
}

export const newMember = (conversation: Pick<Conversation, 'messages'>, role: Role): Member => {
  const lastSeq = conversation.messages.length;
  return { role, lastReadSeq: lastSeq, lastDeliveredSeq: lastSeq, isArchived: false, sent: [] };
};

export const conversationsOf = ({ conversations }: World, userId: string): Conversation[] =>
  conversations.filter(({ members }) => members.has(userId));

export const unreadOf = ({ members, messages }: Conversation, userId: string): number => {
  const { lastReadSeq } = members.get(userId) ?? { lastReadSeq: messages.length };
  return messages.filter(({ seq, senderId }) => seq > lastReadSeq && senderId !== userId).length;
};

export const repliesTo = ({ messages }: Conversation, seq: number): Message[] =>
  messages.filter(({ replyTo }) => replyTo === seq);

export const ownersOf = ({ members }: Conversation): string[] =>
  [...members].filter(([, { role }]) => role === 'owner').map(([userId]) => userId);

/** What the sender is told: the weakest of the others. */
export function statusOf({ members }: Conversation, { seq, senderId }: Message, reader: string): string {
  const others = [...members].filter(([userId]) => userId !== senderId).map(([, member]) => member);
  if (reader !== senderId || others.length === 0) return 'sent';
  if (others.every(({ lastReadSeq }) => lastReadSeq >= seq)) return 'read';
  return others.every(({ lastDeliveredSeq }) => lastDeliveredSeq >= seq) ? 'delivered' : 'sent';
}

export function deleteMessage(message: Message): void {
  message.isDeleted = true;
  message.isPinned = false;
  message.text = '';
  message.reactions.clear();
}

/** A read message is a delivered one; neither mark goes back. */
export function moveWatermarks(member: Member, moved: { read?: number; delivered?: number }): void {
  member.lastReadSeq = Math.max(member.lastReadSeq, moved.read ?? 0);
  member.lastDeliveredSeq = Math.max(member.lastDeliveredSeq, member.lastReadSeq, moved.delivered ?? 0);
}
