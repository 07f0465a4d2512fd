import { afterAll, beforeAll, expect, test } from 'vitest';
import { startHost, type TestHost } from '../helpers/host.ts';
import * as given from '../helpers/steps-given.ts';
import * as then from '../helpers/steps-then.ts';
import * as when from '../helpers/steps-when.ts';

/** Beside those who are connected: more than one slice of the channel together. */
const absent = Array.from({ length: 1_160 }, (_, n) => ({ userId: `absent-${n}` }));
const perRequest = 1_000;

let host: TestHost;
let owner: given.User;
let listeners: given.User[];
let channel: string;

beforeAll(async () => {
  host = await startHost();
  owner = await given.user(host, 'owner');
  listeners = await Promise.all(Array.from({ length: 39 }, (_, n) => given.user(host, `listener-${n}`)));
  const userIds = [...listeners, ...absent].map(({ userId }) => userId);
  const { body } = await when.calls<{ conversation: { id: string } }>(owner, '/conversations', {
    method: 'POST',
    body: { type: 'channel', title: 'Town hall', memberIds: userIds.slice(0, perRequest - 1) },
  });
  channel = body.conversation.id;
  await when.calls(owner, `/conversations/${channel}/members`, {
    method: 'POST',
    body: { userIds: userIds.slice(perRequest - 1) },
  });
});
afterAll(() => host.stop());

test('everybody who is connected hears everything said in a channel of 1,200, in order', async () => {
  const eve = await given.user(host, 'eve');
  const sent: number[] = [];
  for (let n = 0; n < 10; n += 1) sent.push((await when.sendsByFrame(owner, channel, `message ${n}`)).seq);

  for (const { socket } of listeners) {
    const heard = await then.receivesAll(socket, channel, sent.length);
    expect(heard.map(({ seq }) => seq)).toEqual(sent);
  }
  expect(eve.socket.events()).toEqual([]);
});

test('who joins and leaves it is told so, and nobody else', async () => {
  const [listener] = listeners;
  const carol = await given.user(host, 'carol');
  const members = `/conversations/${channel}/members`;

  await when.calls(owner, members, { method: 'POST', body: { userIds: [carol.userId] } });
  await then.isToldOf(carol.socket, 'member.added', channel);
  await then.receives(carol.socket, await when.sendsByFrame(owner, channel, 'Welcome'));
  await when.calls(owner, `${members}/${carol.userId}`, { method: 'DELETE' });
  await then.isToldOf(carol.socket, 'member.removed', channel);

  const last = await when.sendsByFrame(owner, channel, 'Goodbye');
  if (listener) await then.receives(listener.socket, last);
  const told = listener?.socket.events().filter(({ type }) => type.startsWith('member.'));
  expect(told).toEqual([]);
});
