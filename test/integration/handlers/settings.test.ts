import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { blockStore } from '../../../lambdas/data/block-store.ts';
import { openTable } from '../../../lambdas/data/client.ts';
import { profileItem } from '../../../lambdas/data/items.ts';
import { conversationPK, detailsKey } from '../../../lambdas/data/keys.ts';
import { systemRandomness } from '../../../lambdas/runtime/randomness.ts';
import { tableName } from '../../helpers/database.ts';
import { captureOutput } from '../../helpers/events.ts';
import { type Backend, startBackend, textOf } from './backend.ts';
import { type ConversationCalls, conversationCalls } from './conversation-calls.ts';

let backend: Backend;
let chat: ConversationCalls;
beforeAll(async () => {
  backend = await startBackend();
  chat = await conversationCalls(backend);
});
afterAll(() => backend.close());
beforeEach(() => {
  captureOutput();
});
afterEach(() => {
  vi.restoreAllMocks();
});

const someone = () => `user-${systemRandomness.id()}`;
const users = (count: number) => Array.from({ length: count }, someone);
const service = { service: 'backend' };
const avatarUrl = 'https://example.org/team.png';

async function group(...memberIds: string[]) {
  const ann = someone();
  const { body } = await chat.create(ann, { type: 'group', title: 'Team', memberIds });
  return { ann, id: body.conversation.id };
}

async function channel(title: string, more: object = {}) {
  const ann = someone();
  const { body } = await chat.create(ann, { type: 'channel', title, visibility: 'public', ...more });
  return { ann, id: body.conversation.id };
}

describe('a change of a conversation', () => {
  test('is shown to all and told to all, whole', async () => {
    const bob = someone();
    const { ann, id } = await group(bob);
    const patch = { title: 'New', avatarUrl, metadata: { order: 7 }, settings: { posting: 'moderators' } };
    const { status, body } = await chat.update(ann, id, patch);
    const expected = { title: 'New', avatarUrl, metadata: { order: 7 }, posting: 'moderators' };
    expect(status).toBe(200);
    expect(body.conversation).toMatchObject({ ...expected, role: 'owner' });
    expect((await chat.show(bob, id)).body.conversation).toEqual({ ...body.conversation, role: 'member' });
    expect((await chat.list(bob)).body.conversations).toMatchObject([expected]);
    expect(await chat.announced(id)).toMatchObject({
      events: [{ type: 'conversation.updated', data: { conversation: expected } }],
    });
    expect((await backend.send(bob, id, textOf('m-1'))).body.code).toBe('FORBIDDEN');
  });

  test('of the title alone keeps the rest, and its event has it', async () => {
    const { ann, id } = await group();
    await chat.update(ann, id, { avatarUrl, metadata: { order: 7 } });
    await chat.update(ann, id, { title: 'New' });
    expect((await chat.show(ann, id)).body.conversation).toMatchObject({
      title: 'New',
      avatarUrl,
      metadata: { order: 7 },
    });
    expect(await chat.announced(id)).toMatchObject({ events: [{ data: { conversation: { avatarUrl } } }] });
  });

  test('takes away what is null, and the item with the last of it', async () => {
    const { ann, id } = await group();
    await chat.update(ann, id, { avatarUrl, metadata: { order: 7 } });
    const { conversation } = (await chat.update(ann, id, { avatarUrl: null })).body;
    expect(conversation).not.toHaveProperty('avatarUrl');
    expect(conversation).toMatchObject({ metadata: { order: 7 } });
    expect((await chat.update(ann, id, { metadata: null })).body.conversation).not.toHaveProperty('metadata');
    expect(await backend.database.itemOf(detailsKey(id))).toBeUndefined();
  });

  test('by many at once loses none of them', async () => {
    const { ann, id } = await group();
    const patches = [
      { title: 'New' },
      { avatarUrl },
      { metadata: { order: 7 } },
      { settings: { posting: 'moderators' } },
    ];
    const answers = await Promise.all(patches.map((patch) => chat.update(ann, id, patch)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect((await chat.show(ann, id)).body.conversation).toMatchObject({
      title: 'New',
      avatarUrl,
      metadata: { order: 7 },
      posting: 'moderators',
    });
  });

  test('gives out a revision and marks it, each time', async () => {
    const { ann, id } = await group();
    await chat.update(ann, id, { title: 'One' });
    await chat.add(ann, id, someone());
    await chat.close(ann, id);
    const items = await backend.database.partition(conversationPK(id));
    expect(items.filter(({ entity }) => entity === 'mark').map(({ rev }) => rev)).toEqual([1, 2, 3]);
    expect(await chat.headOf(id)).toMatchObject({ lastRev: 3, changedRev: 3 });
  });

  test('is for moderators and owners', async () => {
    const bob = someone();
    const { ann, id } = await group(bob);
    expect((await chat.update(bob, id, { title: 'Mine' })).body.code).toBe('FORBIDDEN');
    await chat.changeRole(ann, id, bob, 'moderator');
    expect((await chat.update(bob, id, { title: 'Ours' })).status).toBe(200);
  });

  test('that makes a group public is refused', async () => {
    const { ann, id } = await group();
    const { status, body } = await chat.update(ann, id, { settings: { visibility: 'public' } });
    expect({ status, paths: body.errors?.map(({ path }) => path) }).toEqual({
      status: 400,
      paths: ['settings.visibility'],
    });
  });
});

describe('closing', () => {
  test('leaves the history and takes nothing more', async () => {
    const bob = someone();
    const { ann, id } = await group(bob);
    await backend.send(ann, id, textOf('m-1'));
    expect((await chat.close(bob, id)).body.code).toBe('FORBIDDEN');
    expect((await chat.close(ann, id)).status).toBe(204);
    expect(await chat.announced(id)).toMatchObject({
      events: [{ type: 'conversation.closed', data: { conversation: { closed: true } } }],
    });
    expect((await chat.close(ann, id)).status).toBe(204);
    expect((await backend.read(bob, id)).body.messages).toHaveLength(1);
    const refused = await Promise.all([
      backend.send(ann, id, textOf('m-2')),
      chat.update(ann, id, { title: 'x' }),
      chat.add(ann, id, someone()),
      chat.changeRole(ann, id, bob, 'owner'),
      chat.set(service, id),
    ]);
    expect(refused.map(({ body }) => body.code)).toEqual(Array(5).fill('CONFLICT'));
    expect((await chat.headOf(id))?.lastRev).toBe(1);
  });
});

describe('a context', () => {
  const context = () => ({ type: 'order', id: systemRandomness.id() });
  const of = (context: object, ...memberIds: string[]) => ({ type: 'group', title: 'Order', memberIds, context });
  const search = ({ type, id }: { type: string; id: string }) => ({ contextType: type, contextId: id });

  test('has one conversation, which its members and a backend find', async () => {
    const [ann, bob, mallory] = [someone(), someone(), someone()];
    const order = context();
    const made = await chat.create(ann, of(order, bob));
    expect(made).toMatchObject({ status: 201, body: { conversation: { context: order } } });
    const { id } = made.body.conversation;

    for (const caller of [ann, bob, service]) {
      expect(await chat.create(caller, of(order))).toMatchObject({ status: 200, body: { conversation: { id } } });
      expect((await chat.list(caller, search(order))).body.conversations).toMatchObject([{ id, context: order }]);
    }
    expect((await chat.create(mallory, of(order, bob))).body.code).toBe('FORBIDDEN');
    for (const nothing of [order, context()]) {
      expect(await chat.list(mallory, search(nothing))).toEqual({ status: 200, body: { conversations: [] } });
    }
  });

  test('asked for by many at once has one conversation', async () => {
    const order = context();
    const answers = await Promise.all(Array.from({ length: 10 }, () => chat.create(service, of(order, 'ann', 'bob'))));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(new Set(answers.map(({ body }) => body.conversation.id)).size).toBe(1);
  });

  test('of hundreds of users has them all, and nobody gets into that of others', async () => {
    const [ann, mallory] = [someone(), someone()];
    const order = context();
    const { conversation } = (await chat.create(ann, of(order, ...users(249)))).body;
    await chat.create(mallory, of(order, ...users(249)));
    const items = await backend.database.partition(conversationPK(conversation.id));
    expect(items.filter(({ entity }) => entity === 'member')).toHaveLength(250);
    expect(await chat.headOf(conversation.id)).toMatchObject({ memberCount: 250, ownerCount: 1 });
    expect(conversation.memberCount).toBe(250);
  });
});

describe('channels', () => {
  const titlesIn = ({ body }: Awaited<ReturnType<ConversationCalls['channels']>>) =>
    body.channels.map(({ title }) => title);

  test('are found by words of their title, whatever the case', async () => {
    const word = systemRandomness.id();
    await channel(`About CATS ${word}`);
    await channel(`about dogs ${word}`);
    await chat.create(someone(), { type: 'channel', title: `Secret cats ${word}` });
    expect(titlesIn(await chat.channels('mallory', { q: `cats ${word}` }))).toEqual([`About CATS ${word}`]);
    expect(titlesIn(await chat.channels('mallory', { q: word.toUpperCase() }))).toHaveLength(2);
  });

  test('are found with their details and nothing of what is said in them', async () => {
    const word = systemRandomness.id();
    const { ann, id } = await channel(word, { avatarUrl });
    await backend.send(ann, id, textOf('m-1'));
    const { channels } = (await chat.channels('mallory', { q: word })).body;
    expect(channels).toMatchObject([{ id, avatarUrl, memberCount: 1 }]);
    expect(channels[0]).not.toHaveProperty('lastMessage');
  });

  test('are found page by page, each once', async () => {
    const word = systemRandomness.id();
    for (let n = 0; n < 7; n += 1) await channel(`${n} ${word}`);
    const seen: (string | undefined)[] = [];
    let cursor: string | undefined;
    do {
      const page = await chat.channels('mallory', { q: word, limit: '3', ...(cursor && { cursor }) });
      seen.push(...titlesIn(page));
      cursor = page.body.nextCursor;
    } while (cursor);
    expect(seen).toEqual(Array.from({ length: 7 }, (_, n) => `${n} ${word}`));
  });

  test('go by their newest title, and are gone when private or closed', async () => {
    const word = systemRandomness.id();
    const { ann, id } = await channel(`old ${word}`);
    const find = async (q: string) => titlesIn(await chat.channels('mallory', { q }));
    await chat.update(ann, id, { title: `new ${word}` });
    expect([await find(`old ${word}`), await find(`new ${word}`)]).toEqual([[], [`new ${word}`]]);
    await chat.update(ann, id, { settings: { visibility: 'private' } });
    expect(await find(word)).toEqual([]);
    expect((await chat.join('mallory', id)).body.code).toBe('FORBIDDEN');
    await chat.update(ann, id, { settings: { visibility: 'public' } });
    expect(await find(word)).toEqual([`new ${word}`]);
    await chat.close(ann, id);
    expect(await find(word)).toEqual([]);
  });

  test('may have a title that folds into something far longer', async () => {
    const title = '\ufdfa'.repeat(100);
    const { id } = await channel(title);
    expect((await chat.channels('mallory', { q: '\ufdfa' })).body.channels.map((found) => found.id)).toContain(id);
  });

  test('that are public are joined by anybody, once', async () => {
    const bob = someone();
    const { id } = await channel('Open');
    const { status, body } = await chat.join(bob, id);
    expect(status).toBe(200);
    expect(body.conversation).toMatchObject({ memberCount: 2, role: 'member', unreadCount: 0 });
    expect(await chat.announced(id)).toMatchObject({
      events: [{ type: 'member.added', data: { member: { userId: bob } } }],
    });
    expect((await chat.join(bob, id)).body).toEqual(body);
    expect((await backend.send(bob, id, textOf('m-1'))).status).toBe(201);
  });

  test('joined by twenty at once have them all', async () => {
    const { id } = await channel('Open');
    const answers = await Promise.all(users(20).map((userId) => chat.join(userId, id)));
    const joined = answers.filter(({ status }) => status === 200).length;
    expect(answers.map(({ status }) => status).filter((status) => status !== 200 && status !== 503)).toEqual([]);
    expect(await chat.headOf(id)).toMatchObject({ memberCount: joined + 1 });
  });

  test('that are closed are joined by nobody', async () => {
    const { ann, id } = await channel('Open');
    await chat.close(ann, id);
    expect((await chat.join(someone(), id)).body.code).toBe('CONFLICT');
  });
});

describe('the other side of a direct conversation', () => {
  async function pair() {
    const [ann, bob] = [someone(), someone()];
    const { id } = (await chat.create(ann, { type: 'direct', userId: bob })).body.conversation;
    const table = openTable(tableName);
    await table.put(profileItem(bob, { displayName: 'Bob', avatarUrl }));
    await backend.connect({ userId: bob, connectionId: `c-${bob}` });
    return { ann, bob, id, blocks: blockStore(table) };
  }
  const seenBy = async (userId: string) => (await chat.list(userId)).body.conversations[0]?.otherUser;

  test('has profile and presence, in the list and alone', async () => {
    const { ann, bob, id } = await pair();
    const expected = { userId: bob, displayName: 'Bob', avatarUrl, presence: { status: 'online' } };
    expect(await seenBy(ann)).toEqual(expected);
    expect((await chat.show(ann, id)).body.conversation.otherUser).toEqual(expected);
    expect(await seenBy(bob)).toEqual({ userId: ann, presence: { status: 'offline' } });
  });

  test('has no presence while either has blocked the other', async () => {
    const { ann, bob, id, blocks } = await pair();
    await blocks.block({ userId: ann, blockedUserId: bob, atMs: 1 }, id);
    expect([await seenBy(ann), await seenBy(bob)]).toEqual([
      { userId: bob, displayName: 'Bob', avatarUrl },
      { userId: ann },
    ]);
    await blocks.unblock({ userId: ann, blockedUserId: bob }, id);
    expect([await seenBy(ann), await seenBy(bob)]).toMatchObject([{ presence: {} }, { presence: {} }]);
  });

  test('who has blocked the caller can’t be written to anew', async () => {
    const [ann, bob] = [someone(), someone()];
    const blocks = blockStore(openTable(tableName));
    await blocks.block({ userId: bob, blockedUserId: ann, atMs: 1 }, 'dnowhere');
    expect((await chat.create(ann, { type: 'direct', userId: bob })).body.code).toBe('FORBIDDEN');
    expect((await chat.create(bob, { type: 'direct', userId: ann })).body.code).toBe('FORBIDDEN');
    await blocks.unblock({ userId: bob, blockedUserId: ann }, 'dnowhere');
    expect((await chat.create(ann, { type: 'direct', userId: bob })).status).toBe(201);
  });
});
