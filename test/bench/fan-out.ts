import { randomUUID } from 'node:crypto';
import type { RawData, WebSocket } from 'ws';
import type { TestHost } from '../helpers/host.ts';
import * as given from '../helpers/steps-given.ts';
import * as when from '../helpers/steps-when.ts';
import { loadedMemory } from './memory.ts';
import { connect } from './pair.ts';
import { percentile } from './percentile.ts';
import { atMost, type Figure, plain } from './table.ts';

const messages = 20;
const warmUp = 5;
const aimMs = 250;
const connectsAtOnce = 20;

/** Milliseconds from the request of a message until its first, its median and its last receiver had it. */
interface Spread {
  first: number;
  median: number;
  last: number;
}

/** One message to a group whose members are all connected. It is sent by HTTP, so that the sender's own connection hears it too. */
export async function fanOutTimes(host: TestHost): Promise<Figure[]> {
  const hundred = await spreadsIn(host, 100);
  const thousand = await spreadsIn(host, 1_000);
  return [...hundred, ...thousand];
}

async function spreadsIn(host: TestHost, members: number): Promise<Figure[]> {
  const users = await Promise.all(Array.from({ length: members }, (_, n) => given.absentUser(host, `member${n}`)));
  const [owner, ...others] = users;
  if (!owner) throw new Error('a group has an owner');
  const conversationId = await given.group(owner, others);
  const sockets = await connectAll(users, conversationId);
  const spreads: Spread[] = [];
  for (let n = 0; n < warmUp + messages; n += 1) spreads.push(await spreadOf(owner, conversationId, sockets));
  const memory = loadedMemory().slice(0, 1);
  for (const socket of sockets) socket.close();
  return [...figuresOf(members, spreads.slice(warmUp)), ...memory];
}

/** All look at the conversation: what is then pushed to those who do not would be measured with the next message. */
async function connectAll(users: given.AbsentUser[], conversationId: string): Promise<WebSocket[]> {
  const sockets: WebSocket[] = [];
  for (let start = 0; start < users.length; start += connectsAtOnce) {
    const some = users.slice(start, start + connectsAtOnce).map(async (user) => {
      const socket = await connect(user);
      const joined = arrivalOf(socket, 'conversation.join');
      socket.send(JSON.stringify({ action: 'conversation.join', id: 'join', data: { conversationId } }));
      await joined;
      return socket;
    });
    sockets.push(...(await Promise.all(some)));
  }
  return sockets;
}

async function spreadOf(owner: given.AbsentUser, conversationId: string, sockets: WebSocket[]): Promise<Spread> {
  const text = `to everybody: ${randomUUID()}`;
  const startedAt = performance.now();
  const arrivals = sockets.map(async (socket) => {
    await arrivalOf(socket, text);
    return performance.now() - startedAt;
  });
  await when.sendsByHttp(owner, conversationId, text);
  const times = await Promise.all(arrivals);
  return { first: Math.min(...times), median: percentile(times, 0.5), last: Math.max(...times) };
}

/** Looked for in the bytes: a thousand receivers that parse would be what is measured. */
function arrivalOf(socket: WebSocket, text: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const onMessage = (data: RawData) => {
    if (!data.toString().includes(text)) return;
    socket.off('message', onMessage);
    resolve();
  };
  socket.on('message', onMessage);
  return promise;
}

const medianOf = (spreads: Spread[], which: keyof Spread) =>
  percentile(
    spreads.map((spread) => spread[which]),
    0.5,
  );

const figuresOf = (members: number, spreads: Spread[]): Figure[] => {
  const what = `one message to ${members} connections`;
  return [
    plain(`${what}: first receiver`, medianOf(spreads, 'first'), 'ms'),
    plain(`${what}: median receiver`, medianOf(spreads, 'median'), 'ms'),
    atMost(`${what}: last receiver`, medianOf(spreads, 'last'), aimMs, 'ms', 0),
  ];
};
