import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Reply } from '../../contract/frame.ts';
import { advanceClock } from '../helpers/client-local.ts';
import type { ChatSocket } from '../helpers/client-socket.ts';
import { startHost, type TestHost } from '../helpers/host.ts';
import * as given from '../helpers/steps-given.ts';
import * as when from '../helpers/steps-when.ts';

let host: TestHost;
beforeAll(async () => {
  host = await startHost();
});
afterAll(() => host.stop());

const pings = (socket: ChatSocket): Promise<Reply> => socket.request('ping', {});
const unauthenticated = { ok: false, error: { code: 'UNAUTHENTICATED' } };
/** In seconds. */
const minutes = 60;

/** Somebody whose token is good for so long from now. */
async function userFor(name: string, expiresInSeconds: number): Promise<given.User> {
  const { userId } = await given.absentUser(host, name);
  const token = await host.token(userId, { expiresInSeconds });
  const absent = { target: host, userId, token };
  return { ...absent, socket: await given.connection(absent) };
}

describe('a connection', () => {
  test('whose token is over is told so, once, and closed', async () => {
    const { socket } = await userFor('ann', 10 * minutes);
    expect(await pings(socket)).toMatchObject({ ok: true });
    await advanceClock(host, 10 * minutes);
    expect(await pings(socket)).toMatchObject(unauthenticated);
    await socket.closed;
  });

  test('hears nothing from the moment when its token is over, and is closed ten minutes later at the latest', async () => {
    const ann = await userFor('ann', 5 * minutes);
    const bob = await userFor('bob', 60 * minutes);
    const conversation = await given.directConversation(bob, ann);
    await advanceClock(host, 5 * minutes);
    const late = await when.sendsByFrame(bob, conversation, 'too late');
    const heard = await given.connection(bob);
    await when.sendsByFrame(bob, conversation, 'and after');
    await heard.frames.first('the later message', (frame) => ('events' in frame ? frame : undefined));
    expect(ann.socket.events().filter(({ type }) => type === 'message.created')).toEqual([]);
    expect(late.seq).toBe(1);
    await advanceClock(host, 10 * minutes);
    await ann.socket.closed;
  });

  test('goes on with a new token of its user, and with nobody else’s', async () => {
    const ann = await userFor('ann', 5 * minutes);
    const foreign = await host.token('bob');
    expect(await ann.socket.request('auth.refresh', { token: foreign })).toMatchObject({
      error: { code: 'FORBIDDEN' },
    });

    const token = await host.token(ann.userId, { expiresInSeconds: 20 * minutes });
    expect(await ann.socket.request('auth.refresh', { token })).toMatchObject({ ok: true });

    await advanceClock(host, 6 * minutes);
    expect(await pings(ann.socket)).toMatchObject({ ok: true });
    await ann.socket.close();
  });
});

describe('a user', () => {
  test('who logs out everywhere has three connections fewer, and may come back', async () => {
    const ann = await given.user(host, 'ann');
    const sockets = [ann.socket, await given.connection(ann), await given.connection(ann)];
    expect(await when.calls(ann, '/users/me/connections', { method: 'DELETE' })).toMatchObject({ status: 204 });
    await Promise.all(sockets.map(({ closed }) => closed));
    const back = await given.connection(ann);
    expect(await pings(back)).toMatchObject({ ok: true });
    await back.close();
  });

  test('who is banned is closed, and refused until the ban is lifted', async () => {
    const ann = await given.user(host, 'ann');
    const token = await host.token('root', { scope: 'chat:admin' });
    const ban = (method: string) =>
      when.calls({ target: host, userId: 'root', token }, `/admin/bans/${ann.userId}`, { method });

    expect(await ban('PUT')).toMatchObject({ status: 200, body: { ban: { userId: ann.userId, bannedBy: 'root' } } });
    await ann.socket.closed;
    await expect(given.connection(ann)).rejects.toMatchObject({ status: 403 });
    await advanceClock(host, 10);
    expect(await when.calls(ann, '/users/me')).toMatchObject({ status: 403 });

    expect(await ban('DELETE')).toMatchObject({ status: 204 });
    await advanceClock(host, 10);
    expect(await when.calls(ann, '/users/me')).toMatchObject({ status: 200 });
    await (await given.connection(ann)).close();
  });

  test('who connects more than twenty times in a minute is refused, and nobody else', async () => {
    const ann = await given.absentUser(host, 'ann');
    for (let n = 0; n < 20; n += 1) await (await given.connection(ann)).close();
    await expect(given.connection(ann)).rejects.toMatchObject({ status: 429 });
    const bob = await given.user(host, 'bob');
    await bob.socket.close();
    await advanceClock(host, minutes);
    await (await given.connection(ann)).close();
  });

  test('with an eleventh connection loses the first', async () => {
    const ann = await given.user(host, 'ann');
    const others: ChatSocket[] = [];
    for (let n = 0; n < 10; n += 1) others.push(await given.connection(ann));
    await ann.socket.closed;
    for (const socket of others) expect(await pings(socket)).toMatchObject({ ok: true });
    await Promise.all(others.map((socket) => socket.close()));
  });
});
