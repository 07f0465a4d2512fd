import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Reply } from '../../../contract/frame.ts';
import { connectionsKey, watchersKey } from '../../../lambdas/data/keys.ts';
import { systemRandomness } from '../../../lambdas/runtime/randomness.ts';
import { freezeTime } from '../../helpers/frozen-time.ts';
import { type HttpStandIn, httpStandIn } from '../../helpers/http-stand-in.ts';
import { audience, goodClaims, issuer, type SigningKey, signingKey } from '../../helpers/tokens.ts';
import { type Backend, startBackend, textOf } from './backend.ts';
import { type ConnectionCalls, connectionCalls, type Opened } from './connection-calls.ts';

let backend: Backend;
let calls: ConnectionCalls;
let provider: HttpStandIn;
let key: SigningKey;
let ann: Opened;

beforeAll(async () => {
  key = await signingKey('ES256');
  provider = await httpStandIn(() => ({ status: 200, body: JSON.stringify(key.keySet) }));
  vi.stubEnv('TOKEN_ISSUER', issuer);
  vi.stubEnv('TOKEN_AUDIENCE', audience);
  vi.stubEnv('JWKS_URL', `${provider.url}/jwks.json`);
  backend = await startBackend();
  calls = await connectionCalls();
});
afterAll(async () => {
  await provider.close();
  await backend.close();
});
freezeTime();
beforeEach(() => {
  ann = newConnection(`ann-${systemRandomness.id()}`);
});

const [second, minute, hour] = [1_000, 60_000, 3_600_000];
const passes = (ms: number) => vi.setSystemTime(Date.now() + ms);

const newConnection = (userId: string): Opened => ({
  userId,
  connectionId: `c-${systemRandomness.id()}`,
  expiresAtMs: Date.now() + hour,
});
const anotherOf = ({ userId }: Opened) => newConnection(userId);
const itemOf = async ({ userId }: Opened) => (await backend.database.itemOf(connectionsKey(userId))) ?? {};
const watchersOf = async (conversationId: string) =>
  (await backend.database.itemOf(watchersKey(conversationId)))?.watchers;
const remembered = async (whose: Opened) =>
  Object.keys(await itemOf(whose))
    .filter((name) => name.startsWith('conn#'))
    .map((name) => name.slice('conn#'.length));
const tokenFor = (userId: string, claims: object = {}) =>
  key.sign({ ...goodClaims(Date.now()), sub: userId, ...claims });
async function groupOf(userId: string): Promise<string> {
  const { body } = await backend.create(userId, { type: 'group', title: 'Team', memberIds: [`friend of ${userId}`] });
  return body.conversation.id;
}
const dataIn = (reply: Reply | undefined) => (reply?.ok ? reply.data : undefined);
const codeIn = (reply: Reply | undefined) => (reply && !reply.ok ? reply.error.code : undefined);

describe('connects of one user', () => {
  test('are at most twenty in any minute', async () => {
    const inTime = async () => (await calls.connect(anotherOf(ann))).statusCode;
    for (let n = 0; n < 20; n += 1) {
      expect(await inTime()).toBe(200);
      passes(second);
    }
    expect(await calls.connect(anotherOf(ann))).toEqual({ statusCode: 429, headers: { 'Retry-After': '40' } });
    passes(40 * second - 1);
    expect(await inTime()).toBe(429);
    passes(1);
    expect([await inTime(), await inTime()]).toEqual([200, 429]);
    expect(await calls.connect(newConnection(`bob of ${ann.userId}`))).toMatchObject({ statusCode: 200 });
  });

  test('leave nothing that grows', async () => {
    for (let n = 0; n < 100; n += 1) {
      const connection = anotherOf(ann);
      await calls.connect(connection);
      if (n % 3 > 0) await calls.disconnect(connection);
      passes(4 * second);
    }
    const { opened } = await itemOf(ann);
    expect(Array.isArray(opened) && opened.length).toBeLessThanOrEqual(40);
    expect(JSON.stringify(await itemOf(ann)).length).toBeLessThan(2_048);
  });

  test('beyond ten at a time close the oldest', async () => {
    const conversationId = await groupOf(ann.userId);
    const connections = Array.from({ length: 11 }, () => anotherOf(ann));
    for (const connection of connections) {
      await calls.connect(connection);
      if (connection === connections[0]) await calls.frame(connection, 'conversation.join', { conversationId });
      passes(1);
    }
    expect(await watchersOf(conversationId)).toEqual({});
    const [oldest, ...others] = connections.map(({ connectionId }) => connectionId);
    expect((await remembered(ann)).toSorted()).toEqual(others.toSorted());
    expect(backend.doneTo(oldest ?? '')).toEqual(['DELETE']);
    expect(others.flatMap(backend.doneTo)).toEqual([]);
  });

  test('forget those that never said goodbye', async () => {
    await calls.connect(ann);
    passes(hour);
    const next = anotherOf(ann);
    await calls.connect(next);
    expect(await remembered(ann)).toEqual([next.connectionId]);
    expect(backend.doneTo(ann.connectionId)).toEqual([]);
  });
});

describe('a disconnect', () => {
  test('that comes late takes no newer connection along', async () => {
    await calls.connect(ann);
    await calls.disconnect(ann);
    await calls.connect(anotherOf(ann));
    const before = await itemOf(ann);
    passes(minute);
    await calls.disconnect(ann);
    expect(await itemOf(ann)).toEqual(before);
  });

  test('that comes before its connect has ended keeps it from being remembered', async () => {
    await calls.disconnect(ann, Date.now());
    expect(await calls.connect(ann)).toEqual({ statusCode: 409 });
    passes(1);
    const next = anotherOf(ann);
    await calls.connect(next);
    expect(await remembered(ann)).toEqual([next.connectionId]);
  });

  test('says when the user was last seen, and ends what the connection looked at', async () => {
    const conversationId = await groupOf(ann.userId);
    await calls.connect(ann);
    await calls.frame(ann, 'conversation.join', { conversationId });
    expect(await watchersOf(conversationId)).toHaveProperty(ann.connectionId);
    await calls.disconnect(ann);
    expect(await watchersOf(conversationId)).toEqual({});
    expect(await itemOf(ann)).toMatchObject({ lastSeenAtMs: Date.now(), emit: 'presence.changed' });
  });
});

describe('a connection whose token is over', () => {
  test('is told so by a last frame, and closed; what it asked for is not done', async () => {
    const conversationId = await groupOf(ann.userId);
    await calls.connect(ann);
    passes(hour);
    expect(await calls.frame(ann, 'message.send', { conversationId, ...textOf('m-1') })).toBeUndefined();
    expect(backend.doneTo(ann.connectionId)).toEqual(['POST', 'DELETE']);
    expect(backend.postsTo(ann.connectionId)).toMatchObject([
      { reply: 'message.send', id: '1', ok: false, error: { code: 'UNAUTHENTICATED' } },
    ]);
    expect((await backend.read(ann.userId, conversationId)).body.messages).toEqual([]);
  });

  test('goes on when it was refreshed in time, with the new scopes, for two hours in all', async () => {
    await calls.connect(ann);
    passes(hour - second);
    const token = await tokenFor(ann.userId, { exp: Math.floor(Date.now() / 1_000) + 24 * 3_600, scope: 'chat:admin' });
    const end = ann.expiresAtMs + hour;
    const refreshed = await calls.frame(ann, 'auth.refresh', { token });
    expect(dataIn(refreshed)).toEqual({ expiresAt: new Date(end).toISOString() });
    expect(await itemOf(ann)).not.toHaveProperty('emit');
    passes(hour);
    expect(await calls.frame(ann, 'ping', {})).toMatchObject({ ok: true });
    passes(second);
    expect(await calls.frame(ann, 'ping', {})).toBeUndefined();
    expect(backend.doneTo(ann.connectionId)).toEqual(['POST', 'DELETE']);
  });
});

describe('a refresh', () => {
  const refresh = async (token: string) => codeIn(await calls.frame(ann, 'auth.refresh', { token }));

  test('takes no token of another user', async () => {
    await calls.connect(ann);
    const before = await itemOf(ann);
    expect(await refresh(await tokenFor('bob'))).toBe('FORBIDDEN');
    expect(await itemOf(ann)).toEqual(before);
  });

  test.each<[string, () => Promise<string>]>([
    ['that is none', async () => 'none'],
    ['that is over', () => tokenFor(ann.userId, { exp: Math.floor(Date.now() / 1_000) - 60 })],
    ['for another audience', () => tokenFor(ann.userId, { aud: 'another' })],
    ['of another issuer', () => tokenFor(ann.userId, { iss: 'https://another.example' })],
  ])('takes no token %s', async (_, token) => {
    await calls.connect(ann);
    expect(await refresh(await token())).toBe('UNAUTHENTICATED');
    expect(await itemOf(ann)).toHaveProperty([`conn#${ann.connectionId}`, 'expiresAtMs'], ann.expiresAtMs);
  });

  test('by a token that ends earlier shortens nothing', async () => {
    await calls.connect(ann);
    const token = await tokenFor(ann.userId, { exp: Math.floor(Date.now() / 1_000) + 60 });
    const refreshed = await calls.frame(ann, 'auth.refresh', { token });
    expect(dataIn(refreshed)).toEqual({ expiresAt: new Date(ann.expiresAtMs).toISOString() });
  });

  test('of a connection that is forgotten brings nothing back', async () => {
    expect(await refresh(await tokenFor(ann.userId))).toBe('UNAUTHENTICATED');
    expect(await itemOf(ann)).toEqual({});
  });
});

describe('a ping', () => {
  test('says where one’s own conversations stand, and nothing of others', async () => {
    const own = await groupOf(ann.userId);
    await backend.send(ann.userId, own, textOf('m-1'));
    const conversationIds = [own, await groupOf(`bob of ${ann.userId}`), 'nonsense', own];
    expect(dataIn(await calls.frame(ann, 'ping', { conversationIds }))).toEqual({
      at: new Date().toISOString(),
      heads: { [own]: { seq: 1, rev: 0 } },
    });
  });
});

describe('logging out everywhere', () => {
  test('closes every connection, also what they look at, and tells that the user is gone', async () => {
    const three = [ann, anotherOf(ann), anotherOf(ann)];
    const conversationId = await groupOf(ann.userId);
    for (const connection of three) await calls.connect(connection);
    await calls.frame(ann, 'conversation.join', { conversationId });
    passes(minute);

    expect(await calls.closeAll(ann.userId)).toMatchObject({ status: 204 });

    expect(three.map(({ connectionId }) => backend.doneTo(connectionId))).toEqual([['DELETE'], ['DELETE'], ['DELETE']]);
    expect(await remembered(ann)).toEqual([]);
    expect(await itemOf(ann)).toMatchObject({ emit: 'presence.changed', lastSeenAtMs: Date.now() });
    expect(await watchersOf(conversationId)).toEqual({});
    expect(await calls.closeAll(ann.userId)).toMatchObject({ status: 204 });
    expect(await calls.connect(anotherOf(ann))).toMatchObject({ statusCode: 200 });
  });

  test('says where a connection could not be closed, and finds it again', async () => {
    const other = anotherOf(ann);
    for (const connection of [ann, other]) await calls.connect(connection);
    backend.connections.answers.set(other.connectionId, { status: 500, body: '{}' });
    expect(await calls.closeAll(ann.userId)).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE' } });
    expect(await remembered(ann)).toEqual([other.connectionId]);
    backend.connections.answers.clear();
    expect(await calls.closeAll(ann.userId)).toMatchObject({ status: 204 });
    expect(await remembered(ann)).toEqual([]);
  });
});

describe('a ban', () => {
  test('closes what is open and lets nothing open until it is lifted', async () => {
    await calls.connect(ann);

    expect(await calls.ban(ann.userId, { reason: 'spam' })).toEqual({
      status: 200,
      body: { ban: { userId: ann.userId, bannedAt: new Date().toISOString(), bannedBy: 'admin', reason: 'spam' } },
    });

    expect(backend.doneTo(ann.connectionId)).toEqual(['DELETE']);
    expect(await calls.connect(anotherOf(ann))).toEqual({ statusCode: 403 });
    expect(await remembered(ann)).toEqual([]);
    expect(await calls.liftBan(ann.userId)).toMatchObject({ status: 204 });
    expect(await calls.connect(anotherOf(ann))).toMatchObject({ statusCode: 200 });
  });

  test('outlives the item of the connections, whatever comes late', async () => {
    await calls.connect(ann);
    await calls.ban(ann.userId);
    await calls.disconnect(ann, Date.now());
    expect(await itemOf(ann)).not.toHaveProperty('ttl');
    await calls.liftBan(ann.userId);
    expect(Number((await itemOf(ann)).ttl) * 1_000).toBeGreaterThan(Date.now() + hour);
  });

  test('of somebody who never came is there when they come', async () => {
    await calls.ban(ann.userId);
    expect(await calls.connect(ann)).toEqual({ statusCode: 403 });
  });

  test('that is not there is lifted already', async () => {
    expect(await calls.liftBan(ann.userId)).toMatchObject({ status: 204 });
    expect(await itemOf(ann)).toEqual({});
  });

  test('has a reason of at most 500 characters', async () => {
    const { body } = await calls.ban(ann.userId, { reason: 'x'.repeat(501) });
    expect(body.errors).toMatchObject([{ path: 'reason' }]);
    expect(await itemOf(ann)).toEqual({});
  });
});
