import { randomUUID } from 'node:crypto';
import type { ConversationPage } from '../../contract/conversation.ts';
import type { Reply } from '../../contract/frame.ts';
import type { Message, MessagePage, SendMessage } from '../../contract/message.ts';
import { bodyOf, callHttp, type HttpAnswer, type HttpCall } from './client-http.ts';
import type { ChatSocket } from './client-socket.ts';
import type { AbsentUser, User } from './steps-given.ts';

/** What is sent; without a `clientMessageId` a new one. */
export type Draft = Partial<SendMessage>;

/** A call of the HTTP API; `path` is below `/v1`. */
export const calls = <Body = unknown>(
  { target, token }: AbsentUser,
  path: string,
  call: HttpCall = {},
): Promise<HttpAnswer<Body>> => callHttp(`${target.httpUrl}/v1${path}`, { authorization: `Bearer ${token}`, ...call });

/** Sends once, whatever the answer. */
export const triesByFrame = (socket: ChatSocket, conversationId: string, draft: Draft): Promise<Reply> =>
  socket.request('message.send', { conversationId, clientMessageId: randomUUID(), ...draft });

/** Sends once, whatever the answer. */
export const triesByHttp = (
  sender: AbsentUser,
  conversationId: string,
  draft: Draft,
): Promise<HttpAnswer<{ message: Message }>> =>
  calls(sender, `/conversations/${conversationId}/messages`, {
    method: 'POST',
    body: { clientMessageId: randomUUID(), ...draft },
  });

export const sendsByFrame = async (
  { socket }: User,
  conversationId: string,
  text: string,
  clientMessageId: string = randomUUID(),
): Promise<Message> => messageIn(await triesByFrame(socket, conversationId, { text, clientMessageId }));

export const sendsByHttp = async (
  sender: AbsentUser,
  conversationId: string,
  text: string,
  clientMessageId: string = randomUUID(),
): Promise<Message> => bodyOf(await triesByHttp(sender, conversationId, { text, clientMessageId })).message;

/** `query` as in `?limit=10&before=4`. */
export const reads = async (reader: AbsentUser, conversationId: string, query = ''): Promise<MessagePage> =>
  bodyOf(await calls<MessagePage>(reader, `/conversations/${conversationId}/messages${query}`));

export const lists = async (reader: AbsentUser, query = ''): Promise<ConversationPage> =>
  bodyOf(await calls<ConversationPage>(reader, `/conversations${query}`));

/** This connection looks at the conversation from now on. */
export async function joins(socket: ChatSocket, conversationId: string): Promise<void> {
  const reply = await socket.request('conversation.join', { conversationId });
  if (!reply.ok) throw new Error(`${reply.error.code}: ${reply.error.message}`);
}

export const signals = (
  { socket }: User,
  conversationId: string,
  toUserId: string,
  payload: object = {},
): Promise<Reply> => socket.request('signal.send', { conversationId, toUserId, payload });

export function messageIn(reply: Reply): Message {
  if (!reply.ok) throw new Error(`${reply.error.code}: ${reply.error.message}`);
  return (reply.data as { message: Message }).message;
}
