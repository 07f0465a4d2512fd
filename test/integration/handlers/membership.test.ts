import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Role } from '../../../contract/member.ts';
import { conversationPK } from '../../../lambdas/data/keys.ts';
import { systemRandomness } from '../../../lambdas/runtime/randomness.ts';
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

/** A group of an owner, a moderator and a member. */
async function team(type: 'group' | 'channel' = 'group') {
  const [ann, mo, bob] = [someone(), someone(), someone()];
  const { body } = await chat.create(ann, { type, title: 'Team', memberIds: [mo, bob] });
  const { id } = body.conversation;
  await chat.changeRole(ann, id, mo, 'moderator');
  return { id, ann, mo, bob };
}

async function rolesIn(id: string): Promise<Record<string, Role>> {
  const { members } = (await chat.members(service, id, { limit: '100' })).body;
  return Object.fromEntries(members.map(({ userId, role }) => [userId, role]));
}

/** The counts of the head are what counting its members gives. */
async function expectExactCounts(id: string): Promise<void> {
  const items = await backend.database.partition(conversationPK(id));
  const members = items.filter(({ entity }) => entity === 'member');
  expect(await chat.headOf(id)).toMatchObject({
    memberCount: members.length,
    ownerCount: members.filter(({ role }) => role === 'owner').length,
  });
}

describe('adding', () => {
  test('tells everyone of the new members, who have read what was said before', async () => {
    const { id, ann, mo, bob } = await team();
    await backend.send(ann, id, textOf('m-1'));
    const carol = someone();

    expect(await chat.add(mo, id, carol, bob)).toMatchObject({ status: 201 });

    expect(await chat.announced(id)).toMatchObject({
      events: [{ type: 'member.added', data: { member: { userId: carol, role: 'member', joinedSeq: 1 } } }],
      membershipVersion: 3,
    });
    const { conversation } = (await chat.show(carol, id)).body;
    expect(conversation).toMatchObject({ memberCount: 4, unreadCount: 0, lastReadSeq: 1, role: 'member' });
    expect((await chat.list(carol)).body.conversations).toHaveLength(1);
    await expectExactCounts(id);
  });

  test('who is there already changes nothing', async () => {
    const { id, ann, mo } = await team();
    const before = await chat.headOf(id);
    expect(await chat.add(ann, id, mo)).toEqual({
      status: 200,
      body: { members: [{ userId: mo, role: 'moderator', joinedSeq: 0 }] },
    });
    expect(await chat.headOf(id)).toEqual(before);
  });

  test('200 at once takes several transactions, and adds each once', async () => {
    const { id, ann } = await team();
    expect((await chat.add(ann, id, ...users(200))).body.members).toHaveLength(200);
    await expectExactCounts(id);
  });

  test('more than a group holds is refused, and none of them is added', async () => {
    const { id, ann } = await team();
    const { status, body } = await chat.add(ann, id, ...users(998));
    expect({ status, paths: body.errors?.map(({ path }) => path) }).toEqual({ status: 400, paths: ['userIds'] });
    expect(await chat.headOf(id)).toMatchObject({ memberCount: 3 });
  });

  test('the same ones from many sides at once ends with each once', async () => {
    const { id, ann, mo } = await team();
    const [carol, dave, eve] = [someone(), someone(), someone()];
    const answers = await Promise.all([
      chat.add(ann, id, carol, dave),
      chat.add(mo, id, dave, eve),
      chat.add(service, id, eve, carol),
      chat.add(ann, id, carol),
    ]);
    expect(answers.map(({ status }) => status).filter((status) => status !== 200 && status !== 201)).toEqual([]);
    await expectExactCounts(id);
    expect(await chat.headOf(id)).toMatchObject({ memberCount: 6 });
  });
});

describe('leaving and removing', () => {
  test('tells those who stay and the one who goes, who sees nothing any more', async () => {
    const { id, mo, bob } = await team();
    expect((await chat.remove(mo, id, bob)).status).toBe(204);
    expect(await chat.announced(id)).toMatchObject({
      events: [{ type: 'member.removed', data: { member: { userId: bob, role: 'member' } } }],
      membership: { removed: [bob] },
    });
    expect((await chat.show(bob, id)).body.code).toBe('FORBIDDEN');
    expect((await chat.list(bob)).body.conversations).toEqual([]);
    expect((await backend.send(bob, id, textOf('m-1'))).body.code).toBe('FORBIDDEN');
    await expectExactCounts(id);
  });

  test('anyone leaves by the name of me', async () => {
    const { id, bob } = await team();
    expect((await chat.remove(bob, id, 'me')).status).toBe(204);
    expect((await chat.remove(bob, id, 'me')).body.code).toBe('FORBIDDEN');
    await expectExactCounts(id);
  });

  test('the last owner stays until there is another, or until it is closed', async () => {
    const { id, ann, bob } = await team();
    expect((await chat.remove(ann, id, 'me')).body.code).toBe('CONFLICT');
    expect((await chat.changeRole(ann, id, ann, 'member')).body.code).toBe('CONFLICT');
    await chat.changeRole(ann, id, bob, 'owner');
    expect((await chat.remove(ann, id, 'me')).status).toBe(204);
    expect(await rolesIn(id)).toMatchObject({ [bob]: 'owner' });
    await chat.close(bob, id);
    expect((await chat.remove(bob, id, 'me')).status).toBe(204);
    await expectExactCounts(id);
  });

  test('two owners who leave at the same time leave one behind', async () => {
    const { id, ann, bob } = await team();
    await chat.changeRole(ann, id, bob, 'owner');
    const answers = await Promise.all([chat.remove(ann, id, 'me'), chat.remove(bob, id, 'me')]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([204, 409]);
    await expectExactCounts(id);
    expect(await chat.headOf(id)).toMatchObject({ ownerCount: 1 });
  });

  test('a moderator removes no moderator, an owner does', async () => {
    const { id, ann, mo, bob } = await team();
    await chat.changeRole(ann, id, bob, 'moderator');
    expect((await chat.remove(mo, id, bob)).body.code).toBe('FORBIDDEN');
    expect((await chat.remove(ann, id, bob)).status).toBe(204);
  });

  test('who is no member is done already', async () => {
    const { id, mo } = await team();
    expect((await chat.remove(mo, id, someone())).status).toBe(204);
  });

  test('and coming back begins anew', async () => {
    const { id, ann, bob } = await team();
    await chat.remove(ann, id, bob);
    await backend.send(ann, id, textOf('m-1'));
    await chat.add(ann, id, bob);
    expect((await chat.show(bob, id)).body.conversation).toMatchObject({ unreadCount: 0, lastReadSeq: 1 });
  });
});

describe('a role', () => {
  test('is changed by owners, and everyone is told', async () => {
    const { id, ann, mo, bob } = await team();
    expect((await chat.changeRole(mo, id, bob, 'moderator')).body.code).toBe('FORBIDDEN');
    expect(await chat.changeRole(ann, id, bob, 'moderator')).toEqual({
      status: 200,
      body: { member: { userId: bob, role: 'moderator', joinedSeq: 0 } },
    });
    expect(await chat.announced(id)).toMatchObject({
      events: [{ type: 'member.updated', data: { member: { userId: bob, role: 'moderator' } } }],
    });
    expect((await chat.show(bob, id)).body.conversation.role).toBe('moderator');
    await expectExactCounts(id);
  });

  test('of nobody is NOT_FOUND', async () => {
    const { id, ann } = await team();
    expect((await chat.changeRole(ann, id, someone(), 'moderator')).body.code).toBe('NOT_FOUND');
  });
});

describe('a backend', () => {
  test('sets the members: who is missing comes, who is not named goes, moderators and owners stay', async () => {
    const { id, ann, mo, bob } = await team();
    const [carol, dave] = [someone(), someone()];
    const { status, body } = await chat.set(service, id, carol, dave);
    expect(status).toBe(200);
    expect(body.members.map(({ userId }) => userId)).toEqual([ann, mo, carol, dave].toSorted());
    expect(await rolesIn(id)).not.toHaveProperty(bob);
    const before = await chat.headOf(id);
    await chat.set(service, id, dave, carol);
    expect(await chat.headOf(id)).toEqual(before);
    await expectExactCounts(id);
  });

  test('sets hundreds at once', async () => {
    const { id } = await team('channel');
    await chat.set(service, id, ...users(150));
    const [first, ...others] = users(100);
    await chat.set(service, id, ...others, first ?? '');
    await expectExactCounts(id);
    expect(await chat.headOf(id)).toMatchObject({ memberCount: 102 });
  });

  test('alone does, and names no conversation that is not there', async () => {
    const { id, ann } = await team();
    expect((await chat.set(ann, id)).body.code).toBe('FORBIDDEN');
    expect((await chat.set(service, 'gnowhere')).body.code).toBe('NOT_FOUND');
  });

  test('is no member of what it makes, and does all there', async () => {
    const [ann, bob] = [someone(), someone()];
    const { status, body } = await chat.create(service, { type: 'group', title: 'Case', memberIds: [ann] });
    const { id } = body.conversation;
    expect({ status, memberCount: body.conversation.memberCount }).toEqual({ status: 201, memberCount: 1 });
    expect(body.conversation).not.toHaveProperty('role');
    expect(await rolesIn(id)).toEqual({ [ann]: 'member' });
    expect((await chat.add(service, id, bob)).status).toBe(201);
    expect((await chat.changeRole(service, id, bob, 'owner')).status).toBe(200);
    expect((await chat.update(service, id, { title: 'Closed case' })).body.conversation.title).toBe('Closed case');
    expect((await chat.remove(service, id, ann)).status).toBe(204);
    expect((await chat.close(service, id)).status).toBe(204);
    await expectExactCounts(id);
  });
});

describe('members of a direct conversation', () => {
  test('are two for ever', async () => {
    const [ann, bob] = [someone(), someone()];
    const { id } = (await chat.create(ann, { type: 'direct', userId: bob })).body.conversation;
    const answers = await Promise.all([
      chat.add(ann, id, someone()),
      chat.remove(ann, id, 'me'),
      chat.remove(ann, id, bob),
      chat.changeRole(ann, id, bob, 'owner'),
      chat.set(service, id),
    ]);
    expect(answers.map(({ body }) => body.code)).toEqual(Array(5).fill('CONFLICT'));
    expect((await chat.close(ann, id)).body.code).toBe('FORBIDDEN');
    expect((await chat.close(service, id)).status).toBe(204);
  });
});

describe('a list of members', () => {
  test('page by page has everybody once, in the order of their ids', async () => {
    const ann = someone();
    const others = users(24);
    const { id } = (await chat.create(ann, { type: 'group', title: 'Team', memberIds: others })).body.conversation;
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const { body } = await chat.members(ann, id, { limit: '10', ...(cursor && { cursor }) });
      seen.push(...body.members.map(({ userId }) => userId));
      cursor = body.nextCursor;
    } while (cursor);
    expect(seen).toEqual([ann, ...others].toSorted());
  });

  test('refuses a cursor of another list', async () => {
    const { id, ann } = await team();
    const { status, body } = await chat.members(ann, id, { cursor: Buffer.from('MSG#1').toString('base64url') });
    expect({ status, paths: body.errors?.map(({ path }) => path) }).toEqual({ status: 400, paths: ['cursor'] });
  });
});

describe('preferences', () => {
  test('are the caller’s own, change one by one, and tell nobody', async () => {
    const { id, ann, bob } = await team();
    const before = await chat.headOf(id);
    await chat.prefer(bob, id, { mutedUntil: '2030-01-01T00:00:00.000Z', pinned: true });
    const { status, body } = await chat.prefer(bob, id, { mutedUntil: null, notify: 'mentions', archived: true });
    const expected = { pinned: true, archived: true, notify: 'mentions' };
    expect({ status, body }).toEqual({ status: 200, body: { preferences: expected } });
    expect((await chat.show(bob, id)).body.conversation.preferences).toEqual(expected);
    expect((await chat.show(ann, id)).body.conversation.preferences).toEqual({
      pinned: false,
      archived: false,
      notify: 'all',
    });
    expect(await chat.headOf(id)).toEqual(before);
  });

  test('are for members', async () => {
    const { id } = await team();
    expect((await chat.prefer(someone(), id, { pinned: true })).body.code).toBe('FORBIDDEN');
    expect((await chat.prefer(service, id, { pinned: true })).body.code).toBe('FORBIDDEN');
  });
});

describe('a stranger', () => {
  test('is told the same of what exists and of what does not', async () => {
    const { id, bob } = await team();
    const mallory = someone();
    const tries = [
      (it: string) => chat.show(mallory, it),
      (it: string) => chat.update(mallory, it, { title: 'x' }),
      (it: string) => chat.close(mallory, it),
      (it: string) => chat.join(mallory, it),
      (it: string) => chat.members(mallory, it),
      (it: string) => chat.add(mallory, it, mallory),
      (it: string) => chat.set(mallory, it, mallory),
      (it: string) => chat.changeRole(mallory, it, bob, 'owner'),
      (it: string) => chat.remove(mallory, it, bob),
      (it: string) => chat.remove(mallory, it, 'me'),
      (it: string) => chat.prefer(mallory, it, { pinned: true }),
    ];
    for (const attempt of tries) {
      const [real, unreal] = [await attempt(id), await attempt('gnowhere')];
      expect(real.body.code).toBe('FORBIDDEN');
      expect(real).toEqual(unreal);
    }
  });
});
