import { randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';
import type { ChatEvent } from '../../contract/event.ts';
import type { Reply } from '../../contract/frame.ts';
import { createInbox, type Inbox } from './client-inbox.ts';

/** A frame from the server: a reply, events, or API Gateway's own error. */
export type ServerFrame =
  | Reply
  | { events: ChatEvent[] }
  | { message: string; connectionId: string; requestId: string };

/** One WebSocket connection, as any client would have it: no code of ours but the types. */
export interface ChatSocket {
  frames: Inbox<ServerFrame>;
  /** The subprotocol that the server chose. */
  protocol: string;
  /** Sends a frame as it is given, whether it is one or not. */
  sendRaw(text: string | Buffer): void;
  /** Sends a frame with an id and gives its reply. */
  request(action: string, data?: unknown): Promise<Reply>;
  /** Every event received so far, in order. */
  events(): ChatEvent[];
  /** Closes and waits until it is closed. */
  close(): Promise<void>;
  /** Goes away without a word, as a phone that loses its network does. */
  terminate(): void;
  closed: Promise<{ code: number; reason: string }>;
}

export interface SocketOptions {
  headers?: Record<string, string>;
  subprotocols?: string[];
}

/** Connects; throws a RefusedHandshake where the server says no. */
export async function openSocket(
  url: string,
  { headers = {}, subprotocols = [] }: SocketOptions = {},
): Promise<ChatSocket> {
  const socket = new WebSocket(url, subprotocols, { headers, perMessageDeflate: false });
  const frames = createInbox<ServerFrame>();
  socket.on('message', (data) => frames.put(JSON.parse(data.toString())));
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  await opened(socket);
  // What goes wrong from here on ends in the close event.
  socket.on('error', () => undefined);
  return {
    frames,
    closed,
    protocol: socket.protocol,
    sendRaw: (text) => socket.send(text),
    request: (action, data) => request(socket, frames, action, data),
    events: () => frames.all().flatMap(eventsIn),
    close: async () => {
      socket.close();
      await closed;
    },
    terminate: () => socket.terminate(),
  };
}

/** The status with which the server refused the upgrade. */
class RefusedHandshake extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`the handshake was refused with ${status}`);
    this.name = 'RefusedHandshake';
    this.status = status;
  }
}

export const eventsIn = (frame: ServerFrame): ChatEvent[] => ('events' in frame ? frame.events : []);

/** What is told of a user belongs to no conversation. */
export const isOf = (event: ChatEvent, conversationId: string): boolean =>
  'conversationId' in event && event.conversationId === conversationId;

function opened(socket: WebSocket): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.once('open', resolve);
  socket.once('unexpected-response', (_request, response) => {
    response.resume();
    reject(new RefusedHandshake(response.statusCode ?? 0));
  });
  socket.once('error', reject);
  return promise.finally(() => socket.off('error', reject));
}

function request(socket: WebSocket, frames: Inbox<ServerFrame>, action: string, data: unknown): Promise<Reply> {
  const id = randomUUID();
  socket.send(JSON.stringify({ action, id, data }));
  return frames.first(`the reply to ${action}`, (frame) => ('reply' in frame && frame.id === id ? frame : undefined));
}
