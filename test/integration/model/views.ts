import type { ConversationSummary } from '../../../contract/conversation.ts';
import type { Message as PublicMessage } from '../../../contract/message.ts';
import { type Conversation, type Message, repliesTo, statusOf, unreadOf } from './world.ts';

/** A message, a conversation as one reader sees it: in one shape, whoever tells of it. */

export interface MessageView {
  seq: number;
  senderId: string;
  text: string | undefined;
  replyTo: string | undefined;
  replyCount: number;
  isEdited: boolean;
  isDeleted: boolean;
  isPinned: boolean;
  /** Emoji, how many, and whether the reader is among them. */
  reactions: string[];
}

const reactionsIn = (reactions: Iterable<[emoji: string, count: number, isMine: boolean]>) =>
  [...reactions].map(([emoji, count, isMine]) => `${emoji} ${count}${isMine ? ' mine' : ''}`).toSorted();

const expectedMessage = (conversation: Conversation, message: Message, reader: string): MessageView => ({
  seq: message.seq,
  senderId: message.senderId,
  text: message.isDeleted ? undefined : message.text,
  replyTo: message.replyTo === undefined ? undefined : `${conversation.id}.${message.replyTo}`,
  replyCount: repliesTo(conversation, message.seq).length,
  isEdited: message.isEdited,
  isDeleted: message.isDeleted,
  isPinned: message.isPinned,
  reactions: reactionsIn(
    [...message.reactions]
      .filter(([, users]) => users.size > 0)
      .map(([emoji, users]) => [emoji, users.size, users.has(reader)]),
  ),
});

export const seenMessage = (message: PublicMessage): MessageView => ({
  seq: message.seq,
  senderId: message.senderId,
  text: message.text,
  replyTo: message.replyTo,
  replyCount: message.replyCount ?? 0,
  isEdited: message.editedAt !== undefined,
  isDeleted: message.deletedAt !== undefined,
  isPinned: message.pinned ?? false,
  reactions: reactionsIn(
    Object.entries(message.reactions ?? {}).map(([emoji, { count, mine }]) => [emoji, count, mine ?? false]),
  ),
});

/** As everyone sees it: who is among the reactions is told to readers alone. */
export const sharedView = (message: PublicMessage): MessageView => {
  const view = seenMessage(message);
  return { ...view, reactions: view.reactions.map((reaction) => reaction.replace(' mine', '')) };
};

export const expectedStatuses = (conversation: Conversation, reader: string): string[] =>
  conversation.messages.map((message) => statusOf(conversation, message, reader));

export const expectedLog = (conversation: Conversation, reader: string): MessageView[] =>
  conversation.messages.map((message) => expectedMessage(conversation, message, reader));

/** What only changes with a revision, and so what sync must bring. */
export const expectedHead = (conversation: Conversation, reader: string) => ({
  id: conversation.id,
  type: conversation.type,
  title: conversation.title,
  memberCount: conversation.members.size,
  closed: conversation.isClosed,
  role: conversation.members.get(reader)?.role,
});

export const seenHead = ({ id, type, title, memberCount, closed, role }: ConversationSummary) => ({
  id,
  type,
  title,
  memberCount,
  closed,
  role,
});

/** What a list shows beside it. */
export const expectedCounts = (conversation: Conversation, reader: string) => {
  const { lastReadSeq, lastDeliveredSeq, isArchived } = conversation.members.get(reader) ?? {};
  const last = conversation.messages.at(-1);
  return {
    lastSeq: conversation.messages.length,
    lastText: last?.isDeleted ? undefined : last?.text,
    unreadCount: unreadOf(conversation, reader),
    lastReadSeq,
    lastDeliveredSeq,
    archived: isArchived,
  };
};

export const seenCounts = (summary: ConversationSummary) => ({
  lastSeq: summary.lastSeq,
  lastText: summary.lastMessage?.text,
  unreadCount: summary.unreadCount,
  lastReadSeq: summary.lastReadSeq,
  lastDeliveredSeq: summary.lastDeliveredSeq,
  archived: summary.preferences.archived,
});

export const expectedReceipts = ({ members }: Conversation): string[] =>
  [...members].map(([userId, marks]) => `${userId} ${marks.lastReadSeq} ${marks.lastDeliveredSeq}`).toSorted();

export const expectedRoles = ({ members }: Conversation): Record<string, string> =>
  Object.fromEntries([...members].map(([userId, { role }]) => [userId, role]));
