import { expect } from 'vitest';
import type { Message as PublicMessage } from '../../../contract/message.ts';
import { good } from '../whole-chat.ts';
import { ask, askByFrame, ends, type Outcome, type Turn } from './turn.ts';
import { deleteMessage, type Member, type Message } from './world.ts';

/** What users do to messages: the chat must answer as the model says, and the model follows. */

type Command = (turn: Turn) => Promise<void>;

const emojis = ['👍', '❤️', '😂', ':party:'];
const emojiOf = ({ other }: Turn) => emojis[other % emojis.length] ?? '👍';
const conversationIn = ({ conversation }: Turn) => ({ conversationId: conversation.id });
const idOf = ({ conversation }: Turn, { seq }: Pick<Message, 'seq'>) => ({ messageId: `${conversation.id}.${seq}` });
/** Where a conversation has no message yet, one that there is not. */
const messageIn = (turn: Turn) => idOf(turn, turn.message ?? { seq: 1 });

const mayManage = ({ role }: Member) => role !== 'member';

/** Whether anything can be done to a message at all. */
function touching({ member, message, conversation }: Turn): Outcome {
  if (!member) return 'FORBIDDEN';
  if (!message) return 'NOT_FOUND';
  return conversation.isClosed || message.isDeleted ? 'CONFLICT' : 'ok';
}

export const send: Command = (turn) => say(turn, undefined);
export const reply: Command = (turn) => say(turn, turn.message?.seq);

async function say(turn: Turn, replyTo: number | undefined): Promise<void> {
  const { conversation, member, user, label } = turn;
  const draft = {
    clientMessageId: `m${label}`,
    text: `text ${label}`,
    ...(replyTo !== undefined && { replyTo: `${conversation.id}.${replyTo}` }),
  };
  const expected = !member ? 'FORBIDDEN' : conversation.isClosed ? 'CONFLICT' : 'ok';
  const answer = await sent(turn, draft);
  if (!ends(answer, expected) || !member) return;
  const message: Message = {
    seq: conversation.messages.length + 1,
    senderId: user,
    clientMessageId: draft.clientMessageId,
    text: draft.text,
    ...(replyTo !== undefined && { replyTo }),
    isEdited: false,
    isDeleted: false,
    isPinned: false,
    reactions: new Map(),
  };
  expect(good<{ message: PublicMessage }>(answer).message).toMatchObject({ seq: message.seq, text: draft.text });
  conversation.messages.push(message);
  member.sent.push(message);
}

const sent = (turn: Turn, draft: object) =>
  turn.byFrame
    ? askByFrame(turn, 'message.send', { ...conversationIn(turn), ...draft })
    : ask(turn, 'POST /v1/conversations/{conversationId}/messages', { params: conversationIn(turn), body: draft });

/** As far back as a sender's memory of recent sends surely goes. */
const remembered = 16;

/** The reply was lost, and the client tries again, perhaps from another device and with another text. */
export const repeat: Command = async (turn) => {
  const { member, other } = turn;
  const recent = member?.sent.slice(-remembered) ?? [];
  const message = recent[other % recent.length];
  if (!message) return;
  const answer = await sent(turn, { clientMessageId: message.clientMessageId, text: 'changed meanwhile' });
  const { seq, text } = good<{ message: PublicMessage }>(answer).message;
  expect([seq, text]).toEqual([message.seq, message.isDeleted ? undefined : message.text]);
};

export const edit: Command = async (turn) => {
  const { user, message, label, byFrame } = turn;
  const change = { text: `edited ${label}` };
  const expected = message && message.senderId !== user ? 'FORBIDDEN' : touching(turn);
  const answer = byFrame
    ? await askByFrame(turn, 'message.edit', { ...messageIn(turn), ...change })
    : await ask(turn, 'PATCH /v1/messages/{messageId}', { params: messageIn(turn), body: change });
  if (!ends(answer, expected) || !message) return;
  message.text = change.text;
  message.isEdited = true;
};

export const remove: Command = async (turn) => {
  const { user, member, message, conversation, byFrame } = turn;
  const isAllowed = message?.senderId === user || (member && conversation.type !== 'direct' && mayManage(member));
  const expected = !member ? 'FORBIDDEN' : !message ? 'NOT_FOUND' : isAllowed ? 'ok' : 'FORBIDDEN';
  const answer = byFrame
    ? await askByFrame(turn, 'message.delete', messageIn(turn))
    : await ask(turn, 'DELETE /v1/messages/{messageId}', { params: messageIn(turn) });
  if (ends(answer, expected) && message) deleteMessage(message);
};

export const react: Command = async (turn) => {
  const { user, message } = turn;
  if (!ends(await reaction(turn, 'PUT', 'reaction.add'), touching(turn)) || !message) return;
  const emoji = emojiOf(turn);
  message.reactions.set(emoji, new Set([...(message.reactions.get(emoji) ?? []), user]));
};

export const unreact: Command = async (turn) => {
  const { user, message } = turn;
  if (!ends(await reaction(turn, 'DELETE', 'reaction.remove'), touching(turn))) return;
  message?.reactions.get(emojiOf(turn))?.delete(user);
};

const reaction = (turn: Turn, method: string, action: string) => {
  const asked = { ...messageIn(turn), emoji: emojiOf(turn) };
  return turn.byFrame
    ? askByFrame(turn, action, asked)
    : ask(turn, `${method} /v1/messages/{messageId}/reactions/{emoji}`, { params: asked });
};

export const pin: Command = (turn) => setPin(turn, 'PUT', true);
export const unpin: Command = (turn) => setPin(turn, 'DELETE', false);

async function setPin(turn: Turn, method: string, isPinned: boolean): Promise<void> {
  const { member, message, conversation } = turn;
  const isAllowed = member && (conversation.type === 'direct' || mayManage(member));
  const answer = await ask(turn, `${method} /v1/messages/{messageId}/pin`, { params: messageIn(turn) });
  const expected = member && message && !isAllowed ? 'FORBIDDEN' : touching(turn);
  if (ends(answer, expected) && message) message.isPinned = isPinned;
}
