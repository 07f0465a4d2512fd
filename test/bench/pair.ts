import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { EventFrame } from '../../contract/event.ts';
import type { Reply } from '../../contract/frame.ts';
import type { TestHost } from '../helpers/host.ts';
import * as given from '../helpers/steps-given.ts';

/** Two connected users of one direct conversation. */
export interface Pair {
  sender: given.AbsentUser;
  conversationId: string;
  /** Sends by frame; gives the milliseconds until the other had it, once the reply is there too. */
  send(): Promise<number>;
  /** Sends in whatever way, and waits until the other has it. `act` is given the text to send. */
  delivered(act: (text: string) => Promise<unknown>): Promise<number>;
  close(): void;
}

/** Listens with as little work as can be: the clients share the machine with what is measured. */
export async function openPair(host: TestHost, conversationOf = given.directConversation): Promise<Pair> {
  const [alice, bob] = [await given.absentUser(host, 'alice'), await given.absentUser(host, 'bob')];
  const conversationId = await conversationOf(alice, bob);
  const [sender, receiver] = await Promise.all([connect(alice), connect(bob)]);
  const replies = waitingRoom();
  const arrivals = waitingRoom();
  sender.on('message', (data) => acceptReply(JSON.parse(data.toString()), replies));
  receiver.on('message', (data) => {
    for (const text of textsIn(JSON.parse(data.toString()))) arrivals.arrived(text);
  });
  let sent = 0;

  const delivered: Pair['delivered'] = async (act) => {
    const text = `message ${++sent}`;
    const startedAt = performance.now();
    const arrival = arrivals.waitFor(text).then(() => performance.now() - startedAt);
    await act(text);
    return arrival;
  };
  const send = () =>
    delivered((text) => {
      const reply = replies.waitFor(text);
      const data = { conversationId, clientMessageId: text, text };
      sender.send(JSON.stringify({ action: 'message.send', id: text, data }));
      return reply;
    });
  return {
    sender: alice,
    conversationId,
    send,
    delivered,
    close: () => [sender, receiver].map((each) => each.close()),
  };
}

/** A bare socket: what it hears costs the client next to nothing. */
export async function connect({ target, token }: given.AbsentUser): Promise<WebSocket> {
  const socket = new WebSocket(target.webSocketUrl, { headers: { authorization: `Bearer ${token}` } });
  await once(socket, 'open');
  return socket;
}

/** A reply that refuses ends the measurement: a figure about failures would mean nothing. */
function acceptReply(frame: Reply | EventFrame, replies: WaitingRoom): void {
  if (!('reply' in frame)) return;
  if (!frame.ok) throw new Error(`a send was refused; ${frame.error.message}`);
  replies.arrived(frame.id);
}

const textsIn = (frame: EventFrame | Reply): string[] =>
  'events' in frame
    ? frame.events.flatMap((event) => (event.type === 'message.created' ? (event.data.message.text ?? []) : []))
    : [];

interface WaitingRoom {
  waitFor(name: string): Promise<void>;
  arrived(name: string): void;
}

function waitingRoom(): WaitingRoom {
  const waiting = new Map<string, () => void>();
  return {
    waitFor: (name) => new Promise((resolve) => waiting.set(name, resolve)),
    arrived(name) {
      waiting.get(name)?.();
      waiting.delete(name);
    },
  };
}
