import { expect } from 'vitest';
import { type ErrorCode, errorCodes, type FieldError, type Problem } from '../../contract/errors.ts';
import type { ChatEvent } from '../../contract/event.ts';
import type { Reply } from '../../contract/frame.ts';
import type { Message, MessagePage } from '../../contract/message.ts';
import type { HttpAnswer } from './client-http.ts';
import { type ChatSocket, eventsIn, isOf } from './client-socket.ts';
import type { AbsentUser } from './steps-given.ts';
import { reads } from './steps-when.ts';

/** The event that tells of this very message. */
export const receives = (socket: ChatSocket, { id }: Message): Promise<ChatEvent> =>
  socket.frames.first(`the event of message ${id}`, (frame) =>
    eventsIn(frame).find((event) => createdMessage(event)?.id === id),
  );

/** The event of the conversation's creation. */
export const isTold = (socket: ChatSocket, conversationId: string): Promise<ChatEvent> =>
  socket.frames.first(`the event of conversation ${conversationId}`, (frame) =>
    eventsIn(frame).find((event) => event.type === 'conversation.created' && event.conversationId === conversationId),
  );

/** What an event of this type carries. */
type DataOf<Type, Event = ChatEvent> = Event extends { type: infer Types; data: infer Data }
  ? Type extends Types
    ? Data
    : never
  : never;

/** The first event of a type in a conversation; `isIt` where there may be several. */
export const isToldOf = <Type extends ChatEvent['type']>(
  { frames }: ChatSocket,
  type: Type,
  conversationId: string,
  isIt: (data: DataOf<Type>) => boolean = () => true,
): Promise<DataOf<Type>> =>
  frames.first(`the event ${type} of ${conversationId}`, (frame) =>
    eventsIn(frame)
      .filter((event) => event.type === type && isOf(event, conversationId))
      .map(({ data }) => data as DataOf<Type>)
      .find(isIt),
  );

/** All messages of the conversation so far, as soon as so many are among them. */
export async function receivesAll(socket: ChatSocket, conversationId: string, count: number): Promise<Message[]> {
  const received = () => messagesReceived(socket, conversationId);
  await socket.frames.until(`${count} messages`, () => new Set(received().map(({ seq }) => seq)).size >= count);
  return received();
}

export async function historyIs(reader: AbsentUser, conversationId: string, texts: string[]): Promise<MessagePage> {
  const page = await reads(reader, conversationId);
  expect(page.messages.map(({ text }) => text)).toEqual(texts);
  return page;
}

export interface Refusal {
  code: ErrorCode;
  errors?: FieldError[];
}

/** The whole answer as RFC 9457 and the contract have it. */
export function isProblem({ status, contentType, body }: HttpAnswer, refusal: Refusal): void {
  const { status: expectedStatus, title, retryable } = errorCodes[refusal.code];
  expect(body).toEqual({
    type: 'about:blank',
    title,
    status: expectedStatus,
    detail: expect.stringMatching(/^unable to /),
    retryable,
    requestId: expect.stringMatching(/./),
    ...refusal,
  } satisfies Problem);
  expect({ status, contentType }).toEqual({ status: expectedStatus, contentType: 'application/problem+json' });
}

export function isRefusal(reply: Reply, refusal: Refusal): void {
  const error = { message: expect.stringMatching(/^unable to /), ...refusal };
  expect(reply).toEqual({ reply: reply.reply, id: reply.id, ok: false, error });
}

/** The messages that events told this connection of, in the order in which they came. */
export const messagesReceived = (socket: ChatSocket, conversationId: string): Message[] =>
  socket
    .events()
    .map(createdMessage)
    .filter((message) => message !== undefined)
    .filter((message) => message.conversationId === conversationId);

const createdMessage = (event: ChatEvent) => (event.type === 'message.created' ? event.data.message : undefined);
