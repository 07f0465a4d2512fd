import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { freezeTime } from '../../helpers/frozen-time.ts';
import { textOf } from './backend.ts';
import { codeOf } from './room-calls.ts';
import { type Rooms, startRooms } from './room-scene.ts';

let rooms: Rooms;
beforeAll(async () => {
  rooms = await startRooms();
});
afterAll(() => rooms.close());
freezeTime();

describe('typing', () => {
  test('is told to the connections that have joined, but the typist’s own, and never stored', async () => {
    const [ann, bob, cy] = [await rooms.user('ann'), await rooms.user('bob'), await rooms.user('cy')];
    const laptop = await rooms.connected(ann, 'laptop');
    const conversation = await rooms.group(ann, bob, cy);
    for (const caller of [ann, laptop, bob]) await rooms.join(caller, conversation);
    const before = await rooms.database.partition(`CONV#${conversation}`);

    expect(await rooms.type(ann, conversation)).toMatchObject({ ok: true, data: {} });
    expect(codeOf(await rooms.stopTyping(ann, conversation))).toBe('ok');

    const told = { conversationId: conversation, at: new Date().toISOString(), data: { userId: ann.userId } };
    expect(rooms.heardBy(bob)).toEqual([
      { type: 'typing.started', ...told },
      { type: 'typing.stopped', ...told },
    ]);
    expect([ann, laptop, cy].flatMap(rooms.heardBy)).toEqual([]);
    expect(await rooms.database.partition(`CONV#${conversation}`)).toEqual(before);
  });

  test('twice within two seconds is one too many; that it stopped is told once', async () => {
    const [ann, bob] = [await rooms.user('ann'), await rooms.user('bob')];
    const conversation = await rooms.group(ann, bob);
    await rooms.join(bob, conversation);

    await rooms.type(ann, conversation);
    vi.setSystemTime(Date.now() + 500);
    expect(await rooms.type(ann, conversation)).toMatchObject({
      ok: false,
      error: { code: 'RATE_LIMITED', retryAfterMs: 1_500 },
    });
    for (const _ of ['once', 'twice']) expect(codeOf(await rooms.stopTyping(ann, conversation))).toBe('ok');
    vi.setSystemTime(Date.now() + 1_500);
    await rooms.type(ann, conversation);

    expect(rooms.heardBy(bob).map(({ type }) => type)).toEqual(['typing.started', 'typing.stopped', 'typing.started']);
  });

  test('a refused one does not count', async () => {
    const [ann, eve] = [await rooms.user('ann'), await rooms.user('eve')];
    const conversation = await rooms.group(ann);
    for (const _ of ['once', 'twice']) expect(codeOf(await rooms.type(eve, conversation))).toBe('FORBIDDEN');
  });

  test.each<[what: string, change: Record<string, unknown>, of: 'head' | 'member', code: string]>([
    ['in a closed conversation', { closedAtMs: 1 }, 'head', 'CONFLICT'],
    ['where moderators alone post', { posting: 'moderators' }, 'head', 'FORBIDDEN'],
    ['by who is banned from it', { bannedAtMs: 1 }, 'member', 'FORBIDDEN'],
    ['by who is blocked', { blockedAtMs: 1 }, 'member', 'CONFLICT'],
  ])('%s is refused as a message is', async (_, change, of, code) => {
    const [ann, bob] = [await rooms.user('ann'), await rooms.user('bob')];
    const conversation = await rooms.group(ann, bob);
    await rooms.join(ann, conversation);
    await rooms.change(conversation, of === 'head' ? of : bob, change);

    expect(codeOf(await rooms.type(bob, conversation))).toBe(code);
    expect((await rooms.backend.send(bob.userId, conversation, textOf('m1'))).body.code).toBe(code);
    expect(rooms.heardBy(ann)).toEqual([]);
  });

  test('by who has blocked the other is heard by nobody', async () => {
    const [ann, bob] = [await rooms.user('ann'), await rooms.user('bob')];
    const conversation = await rooms.group(ann, bob);
    await rooms.join(ann, conversation);
    await rooms.change(conversation, bob, { hasBlockedAtMs: 1 });

    expect(codeOf(await rooms.type(bob, conversation))).toBe('ok');
    expect(rooms.heardBy(ann)).toEqual([]);
  });

  test('forgets a watcher that is there no longer', async () => {
    const [ann, bob] = [await rooms.user('ann'), await rooms.user('bob')];
    const conversation = await rooms.group(ann, bob);
    await rooms.join(bob, conversation);
    rooms.backend.connections.answers.set(bob.connectionId, { status: 410 });

    expect(codeOf(await rooms.type(ann, conversation))).toBe('ok');

    expect(await rooms.watchersOf(conversation)).toEqual([]);
  });

  test('goes on without a watcher that fails', async () => {
    const [ann, bob, cy] = [await rooms.user('ann'), await rooms.user('bob'), await rooms.user('cy')];
    const conversation = await rooms.group(ann, bob, cy);
    for (const caller of [bob, cy]) await rooms.join(caller, conversation);
    rooms.backend.connections.answers.set(bob.connectionId, { status: 500 });

    expect(codeOf(await rooms.type(ann, conversation))).toBe('ok');

    expect(rooms.heardBy(cy)).toHaveLength(1);
    expect(await rooms.watchersOf(conversation)).toHaveLength(2);
  });
});
