import { expect } from 'vitest';
import type { ChatEvent } from '../../contract/event.ts';
import type { Message, MessagePage } from '../../contract/message.ts';
import type { ChatSocket } from './client-socket.ts';
import type { AbsentUser } from './steps-given.ts';
import { reads } from './steps-when.ts';

/** The event that tells of this very message. */
export const receives = (socket: ChatSocket, { id }: Message): Promise<ChatEvent> =>
  socket.frames.first(`the event of message ${id}`, (frame) =>
    'events' in frame ? frame.events.find((event) => createdMessage(event)?.id === id) : undefined,
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

/** The messages that events told this connection of, in the order in which they came. */
export const messagesReceived = (socket: ChatSocket, conversationId: string): Message[] =>
  socket
    .events()
    .map(createdMessage)
    .filter((message) => message !== undefined)
    .filter((message) => message.conversationId === conversationId);

const createdMessage = (event: ChatEvent) => (event.type === 'message.created' ? event.data.message : undefined);
