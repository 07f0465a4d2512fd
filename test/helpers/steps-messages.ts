import { randomUUID } from 'node:crypto';
import type { Reply } from '../../contract/frame.ts';
import type { Message, ReplyPage } from '../../contract/message.ts';
import type { ReactionPage } from '../../contract/reaction.ts';
import { bodyOf, type HttpAnswer } from './client-http.ts';
import type { AbsentUser, User } from './steps-given.ts';
import { calls, type Draft, messageIn, triesByHttp } from './steps-when.ts';

/** What a user does with messages, beyond sending plain text: each step must succeed, unless it is a `tries…`. */

type MessageId = Pick<Message, 'id'>;

const pathOf = ({ id }: MessageId, below = '') => `/messages/${id}${below}`;
const reactionPath = (message: MessageId, emoji: string) => pathOf(message, `/reactions/${encodeURIComponent(emoji)}`);

/** Any message: with attachments, encrypted, in answer to another … */
export const says = async (sender: AbsentUser, conversationId: string, draft: Draft): Promise<Message> =>
  bodyOf(await triesByHttp(sender, conversationId, draft)).message;

export const saysByFrame = async ({ socket }: User, conversationId: string, draft: Draft): Promise<Message> =>
  messageIn(await socket.request('message.send', { conversationId, clientMessageId: randomUUID(), ...draft }));

export const triesToSee = (reader: AbsentUser, message: MessageId): Promise<HttpAnswer<{ message: Message }>> =>
  calls(reader, pathOf(message));

export const sees = async (reader: AbsentUser, message: MessageId): Promise<Message> =>
  bodyOf(await triesToSee(reader, message)).message;

export const triesToEdit = (
  editor: AbsentUser,
  message: MessageId,
  edit: Draft,
): Promise<HttpAnswer<{ message: Message }>> => calls(editor, pathOf(message), { method: 'PATCH', body: edit });

export const edits = async (editor: AbsentUser, message: MessageId, edit: Draft): Promise<Message> =>
  bodyOf(await triesToEdit(editor, message, edit)).message;

export const editsByFrame = async ({ socket }: User, { id }: MessageId, edit: Draft): Promise<Message> =>
  messageIn(await socket.request('message.edit', { messageId: id, ...edit }));

export const triesToDelete = (user: AbsentUser, message: MessageId): Promise<HttpAnswer> =>
  calls(user, pathOf(message), { method: 'DELETE' });

export const deletes = async (user: AbsentUser, message: MessageId): Promise<void> => {
  bodyOf(await triesToDelete(user, message));
};

export const deletesByFrame = async ({ socket }: User, { id }: MessageId): Promise<void> => {
  succeeded(await socket.request('message.delete', { messageId: id }));
};

export const repliesTo = async (reader: AbsentUser, message: MessageId): Promise<Message[]> =>
  bodyOf(await calls<ReplyPage>(reader, pathOf(message, '/replies'))).messages;

export const reacts = async (user: AbsentUser, message: MessageId, emoji: string): Promise<void> => {
  bodyOf(await calls(user, reactionPath(message, emoji), { method: 'PUT' }));
};

export const takesBack = async (user: AbsentUser, message: MessageId, emoji: string): Promise<void> => {
  bodyOf(await calls(user, reactionPath(message, emoji), { method: 'DELETE' }));
};

export const reactsByFrame = async ({ socket }: User, { id }: MessageId, emoji: string): Promise<void> => {
  succeeded(await socket.request('reaction.add', { messageId: id, emoji }));
};

export const reactionsTo = async (
  reader: AbsentUser,
  message: MessageId,
): Promise<[userId: string, emoji: string][]> => {
  const { reactions } = bodyOf(await calls<ReactionPage>(reader, pathOf(message, '/reactions')));
  return reactions.map(({ userId, emoji }) => [userId, emoji]);
};

export const pins = async (user: AbsentUser, message: MessageId): Promise<void> => {
  bodyOf(await calls(user, pathOf(message, '/pin'), { method: 'PUT' }));
};

export const forwards = async (user: AbsentUser, message: MessageId, conversationIds: string[]): Promise<Message[]> => {
  const call = { method: 'POST', body: { conversationIds } };
  return bodyOf(await calls<{ messages: Message[] }>(user, pathOf(message, '/forward'), call)).messages;
};

export function succeeded(reply: Reply): unknown {
  if (!reply.ok) throw new Error(`${reply.error.code}: ${reply.error.message}`);
  return reply.data;
}
