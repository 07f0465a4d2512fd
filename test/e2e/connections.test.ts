import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { limits } from '../../contract/limits.ts';
import { openSocket } from '../helpers/client-socket.ts';
import { type OpenTarget, openTarget } from '../helpers/client-target.ts';
import * as given from '../helpers/steps-given.ts';
import * as when from '../helpers/steps-when.ts';

let target: OpenTarget;
let alice: given.AbsentUser;
let conversation: string;

beforeAll(async () => {
  target = await openTarget();
  alice = await given.absentUser(target, 'alice');
  conversation = await given.directConversation(alice, await given.absentUser(target, 'bob'));
});
afterAll(() => target.close());

describe('a connection is closed', () => {
  test('with 1009 by a frame of more than 32 KB', async () => {
    const socket = await given.connection(alice);
    socket.sendRaw('x'.repeat(limits.frameBytes + 1));
    expect(await socket.closed).toMatchObject({ code: 1009 });
  });

  test('with 1003 by a binary frame', async () => {
    const socket = await given.connection(alice);
    socket.sendRaw(Buffer.from('{}'));
    expect(await socket.closed).toMatchObject({ code: 1003 });
  });
});

describe('a connection is let in', () => {
  const ways: [sentence: string, open: (token: string) => ReturnType<typeof openSocket>, protocol: string][] = [
    [
      'by its header',
      (token) => openSocket(target.webSocketUrl, { headers: { Authorization: `Bearer ${token}` } }),
      '',
    ],
    [
      'by the subprotocol pair',
      (token) => openSocket(target.webSocketUrl, { subprotocols: ['chat.v1', `bearer.${token}`] }),
      'chat.v1',
    ],
    ['by the query parameter access_token', (token) => openSocket(`${target.webSocketUrl}?access_token=${token}`), ''],
    ['by the query parameter token', (token) => openSocket(`${target.webSocketUrl}?token=${token}`), ''],
  ];
  test.each(ways)('%s, and not with a token that is over', async (_sentence, open, protocol) => {
    const socket = await open(alice.token);
    expect(socket.protocol).toBe(protocol);
    expect(await when.triesByFrame(socket, conversation, { text: 'hello' })).toMatchObject({ ok: true });
    await socket.close();
    const expired = await target.token(alice.userId, { expiresInSeconds: -60 });
    await expect(open(expired)).rejects.toMatchObject({ status: 401 });
  });

  test('never without a token', async () => {
    await expect(openSocket(target.webSocketUrl)).rejects.toMatchObject({ status: 401 });
  });
});
