import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createConversation } from '../../../lambdas/app/create-conversation.ts';
import { openTable } from '../../../lambdas/data/client.ts';
import { conversationStore } from '../../../lambdas/data/conversation-store.ts';
import { conversationPK } from '../../../lambdas/data/keys.ts';
import { membershipStore } from '../../../lambdas/data/membership-store.ts';
import { surroundingsStore } from '../../../lambdas/data/surroundings-store.ts';
import { digest, systemRandomness } from '../../../lambdas/runtime/randomness.ts';
import { tableName } from '../../helpers/database.ts';
import { captureOutput } from '../../helpers/events.ts';
import { fakeClock } from '../../helpers/fake-clock.ts';
import { type Backend, startBackend, textOf } from './backend.ts';

let backend: Backend;
beforeAll(async () => {
  backend = await startBackend();
});
afterAll(() => backend.close());
beforeEach(() => {
  captureOutput();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const someone = () => `user-${systemRandomness.id()}`;
const users = (count: number) => Array.from({ length: count }, someone);
const group = (memberIds: string[], more: object = {}) => ({
  type: 'group' as const,
  title: 'Team',
  memberIds,
  ...more,
});

describe('a direct conversation', () => {
  test('is made once for two users, whoever asks', async () => {
    const [ann, bob] = [someone(), someone()];
    const first = await backend.create(ann, { type: 'direct', userId: bob });
    expect(first).toMatchObject({
      status: 201,
      body: {
        conversation: { type: 'direct', memberCount: 2, role: 'member', otherUser: { userId: bob }, unreadCount: 0 },
      },
    });
    const again = await backend.create(bob, { type: 'direct', userId: ann });
    expect(again).toMatchObject({ status: 200, body: { conversation: { otherUser: { userId: ann } } } });
    expect(again.body.conversation.id).toBe(first.body.conversation.id);
  });

  test('asked for twenty times at once by both is one', async () => {
    const [ann, bob] = [someone(), someone()];
    const asks = Array.from({ length: 20 }, (_, n) =>
      n % 2
        ? backend.create(ann, { type: 'direct', userId: bob })
        : backend.create(bob, { type: 'direct', userId: ann }),
    );
    const answers = await Promise.all(asks);
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(new Set(answers.map(({ body }) => body.conversation.id)).size).toBe(1);
  });

  test('of users whose ids only look alike is another', async () => {
    const pairs = [
      ['a', 'b#c'],
      ['a#b', 'c'],
      ['a%23b', 'c'],
      ['a","b', 'c'],
      ['a', 'b","c'],
    ];
    const made = await Promise.all(
      pairs.map(([one = '', userId = '']) => backend.create(one, { type: 'direct', userId })),
    );
    expect(new Set(made.map(({ body }) => body.conversation.id)).size).toBe(pairs.length);
    for (const [place, [one = '', other]] of pairs.entries()) {
      const { conversations } = (await backend.list(one)).body;
      expect(conversations.map(({ otherUser }) => otherUser?.userId)).toContain(other);
      expect(conversations.map(({ id }) => id)).toContain(made[place]?.body.conversation.id);
    }
  });

  test('with oneself is refused', async () => {
    const { status, body } = await backend.create('ann', { type: 'direct', userId: 'ann' });
    expect(status).toBe(400);
    expect(body.errors).toEqual([{ path: 'userId', message: 'must be another user' }]);
  });
});

describe('a group', () => {
  test('has its creator as its owner and everybody once', async () => {
    const [ann, bob] = [someone(), someone()];
    const { status, body } = await backend.create(ann, group([bob, bob, ann], { metadata: { order: 7 } }));
    expect(status).toBe(201);
    expect(body.conversation).toMatchObject({ title: 'Team', memberCount: 2, role: 'owner', metadata: { order: 7 } });
    const shown = (await backend.show(bob, body.conversation.id)).body.conversation;
    expect(shown).toEqual({ ...body.conversation, role: 'member' });
    expect((await backend.list(bob)).body).toEqual({ conversations: [shown] });
  });

  test.each([99, 100, 101, 250, 1_000])('of %i members has them all', async (size) => {
    const memberIds = users(size - 1);
    const { body } = await backend.create('ann', group(memberIds, { metadata: { large: true } }));
    const items = await backend.database.partition(conversationPK(body.conversation.id));
    expect(items.filter(({ entity }) => entity === 'member')).toHaveLength(size);
    expect(body.conversation.memberCount).toBe(size);
    expect((await backend.list(memberIds.at(-1) ?? '')).body.conversations).toHaveLength(1);
    expect((await backend.send(memberIds.at(-1) ?? '', body.conversation.id, textOf('m-1'))).status).toBe(201);
  });

  test('of 1,001 members is refused', async () => {
    const { status, body } = await backend.create('ann', group(users(1_000)));
    expect({ status, paths: body.errors?.map(({ path }) => path) }).toEqual({ status: 400, paths: ['memberIds'] });
  });

  test('whose making dies half way is nobody’s', async () => {
    const table = openTable(tableName);
    const dying = {
      ...table,
      batchPut: async (items: Parameters<typeof table.batchPut>[0]) => {
        await table.batchPut(items.slice(0, 50));
        throw new Error('died');
      },
    };
    const create = createConversation({
      conversations: conversationStore(dying),
      members: membershipStore(dying),
      surroundings: surroundingsStore(dying),
      clock: fakeClock(),
      randomness: { ...systemRandomness, id: () => 'half-made' },
      digest,
      membersPerGroup: 1_000,
    });
    const memberIds = users(249);
    await expect(create({ userId: 'ann-half', scopes: [], expiresAt: 0 }, group(memberIds))).rejects.toThrow('died');
    for (const userId of ['ann-half', ...memberIds])
      expect((await backend.list(userId)).body).toEqual({ conversations: [] });
    const early = memberIds.at(-150) ?? '';
    expect((await backend.show(early, 'ghalf-made')).body.code).toBe('FORBIDDEN');
    expect((await backend.send(early, 'ghalf-made', textOf('m-1'))).status).toBeGreaterThanOrEqual(400);
    expect((await backend.read(early, 'ghalf-made')).body.code).toBe('FORBIDDEN');
  });
});

describe('a list', () => {
  test('page by page has every conversation once, and then no cursor', async () => {
    const ann = someone();
    const made = await Promise.all(Array.from({ length: 25 }, () => backend.create(ann, group([]))));
    const seen: string[] = [];
    const sizes: number[] = [];
    let cursor: string | undefined;
    do {
      const { body } = await backend.list(ann, { limit: '10', ...(cursor && { cursor }) });
      seen.push(...body.conversations.map(({ id }) => id));
      sizes.push(body.conversations.length);
      cursor = body.nextCursor;
    } while (cursor);
    expect(sizes.slice(0, 3)).toEqual([10, 10, 5]);
    expect(seen.toSorted()).toEqual(made.map(({ body }) => body.conversation.id).toSorted());
  });

  test('has the newest activity first', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const ann = someone();
    const ids: string[] = [];
    for (let n = 0; n < 4; n += 1) {
      ids.push((await backend.create(ann, group([]))).body.conversation.id);
      vi.setSystemTime(Date.now() + 1_000);
    }
    await backend.send(ann, ids[1] ?? '', textOf('m-1'));
    const listed = (await backend.list(ann)).body.conversations.map(({ id }) => id);
    expect(listed).toEqual([ids[1], ids[3], ids[2], ids[0]]);
  });

  test.each<[string, string]>([
    ['is no base64', '***'],
    ['is base64 of something else', Buffer.from('USER#bob').toString('base64url')],
    ['is not in its one form', `${Buffer.from('CONV#00000001#g1').toString('base64url')}=`],
    ['is no text', Buffer.from([0x43, 0xff, 0xfe]).toString('base64url')],
    ['is longer than any key', Buffer.from(`CONV#${'x'.repeat(1_100)}`).toString('base64url')],
  ])('with a cursor that %s is refused', async (_, cursor) => {
    const { status, body } = await backend.list('ann', { cursor });
    expect({ status, paths: body.errors?.map(({ path }) => path) }).toEqual({ status: 400, paths: ['cursor'] });
  });

  test('with another’s cursor is still of the caller’s own', async () => {
    const [ann, bob] = [someone(), someone()];
    for (let n = 0; n < 3; n += 1) await backend.create(bob, group([]));
    const { nextCursor = '' } = (await backend.list(bob, { limit: '1' })).body;
    const own = (await backend.create(ann, group([]))).body.conversation.id;
    const { conversations } = (await backend.list(ann, { cursor: nextCursor })).body;
    expect(conversations.map(({ id }) => id).filter((id) => id !== own)).toEqual([]);
  });
});
