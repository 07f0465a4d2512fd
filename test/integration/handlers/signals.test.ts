import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { limits } from '../../../contract/limits.ts';
import { freezeTime } from '../../helpers/frozen-time.ts';
import type { Caller } from './backend.ts';
import { type ReaderCalls, readerCalls } from './reader-calls.ts';
import { codeOf } from './room-calls.ts';
import { type Rooms, startRooms } from './room-scene.ts';

let rooms: Rooms;
let readers: ReaderCalls;
beforeAll(async () => {
  rooms = await startRooms();
  readers = await readerCalls();
});
afterAll(() => rooms.close());
const output = freezeTime();

describe('a signal', () => {
  const offer = { offer: { sdp: 'v=0 secret' } };
  const signalTo = ({ userId }: Caller, conversationId: string) => ({
    toUserId: userId,
    conversationId,
    payload: offer,
  });

  test('reaches all connections of the other, is never stored, and never logged', async () => {
    const [ann, bob] = [await rooms.user('ann'), await rooms.user('bob')];
    const laptop = await rooms.connected(bob, 'laptop');
    const conversation = await rooms.direct(ann, bob);

    expect(await rooms.signal(ann, signalTo(bob, conversation))).toMatchObject({ ok: true, data: { reached: 2 } });

    const received = {
      type: 'signal.received',
      conversationId: conversation,
      at: new Date().toISOString(),
      data: { fromUserId: ann.userId, payload: offer },
    };
    expect([rooms.heardBy(bob), rooms.heardBy(laptop), rooms.heardBy(ann)]).toEqual([[received], [received], []]);
    expect(JSON.stringify(await rooms.database.partition(`CONV#${conversation}`))).not.toContain('secret');
    expect(output.lines().length).toBeGreaterThan(0);
    expect(output.text()).not.toContain('secret');
  });

  test('to oneself reaches the other devices', async () => {
    const phone = await rooms.user('ann');
    const laptop = await rooms.connected(phone, 'laptop');
    const conversation = await rooms.group(phone);

    expect(await rooms.signal(phone, signalTo(phone, conversation))).toMatchObject({ data: { reached: 1 } });

    expect([rooms.heardBy(phone).length, rooms.heardBy(laptop).length]).toEqual([0, 1]);
  });

  test('reaches nobody who is away, or gone, or has let the time of the connection pass', async () => {
    const [ann, bob] = [await rooms.user('ann'), await rooms.user('bob')];
    const conversation = await rooms.direct(ann, bob);
    vi.setSystemTime(Date.now() + 60_000);
    rooms.backend.connections.answers.set(bob.connectionId, { status: 410 });
    await rooms.join(bob, conversation);

    expect(await rooms.signal(ann, signalTo(bob, conversation))).toMatchObject({ data: { reached: 0 } });
    expect([await rooms.joinedBy(bob), await rooms.watchersOf(conversation)]).toEqual([undefined, []]);
    expect(await rooms.signal(ann, signalTo(bob, conversation))).toMatchObject({ data: { reached: 0 } });
    expect(rooms.heardBy(bob)).toHaveLength(1);
  });

  test.each(['blocker', 'blocked'] as const)('reaches nobody from the %s, who is told no more', async (from) => {
    const [ann, bob] = [await rooms.user('ann'), await rooms.user('bob')];
    const conversation = await rooms.group(ann, bob);
    await (from === 'blocker' ? readers.block(ann.userId, bob.userId) : readers.block(bob.userId, ann.userId));

    expect(await rooms.signal(ann, signalTo(bob, conversation))).toMatchObject({ ok: true, data: { reached: 0 } });
    expect(rooms.heardBy(bob)).toEqual([]);
  });

  test('is from a member to a member', async () => {
    const [ann, bob, eve] = [await rooms.user('ann'), await rooms.user('bob'), await rooms.user('eve')];
    const conversation = await rooms.group(ann, bob);

    const stranger = await rooms.signal(eve, signalTo(bob, conversation));
    expect(codeOf(stranger)).toBe('FORBIDDEN');
    expect(await rooms.signal(eve, signalTo(bob, 'gnowhere'))).toEqual(stranger);
    expect(codeOf(await rooms.signal(ann, signalTo(eve, conversation)))).toBe('NOT_FOUND');
    expect([bob, eve].flatMap(rooms.heardBy)).toEqual([]);
  });

  test.each<[what: string, change: Record<string, unknown>, of: 'head' | 'member', code: string]>([
    ['in a closed conversation', { closedAtMs: 1 }, 'head', 'CONFLICT'],
    ['by who is banned from it', { bannedAtMs: 1 }, 'member', 'FORBIDDEN'],
  ])('%s is refused', async (_, change, of, code) => {
    const [ann, bob] = [await rooms.user('ann'), await rooms.user('bob')];
    const conversation = await rooms.group(ann, bob);
    await rooms.change(conversation, of === 'head' ? of : ann, change);
    expect(codeOf(await rooms.signal(ann, signalTo(bob, conversation)))).toBe(code);
  });

  test('has a bound', async () => {
    const [ann, bob] = [await rooms.user('ann'), await rooms.user('bob')];
    const conversation = await rooms.group(ann, bob);
    const most = limits.signalBytes - JSON.stringify({ x: '' }).length;

    const fits = { ...signalTo(bob, conversation), payload: { x: 'x'.repeat(most) } };
    const tooLarge = { ...signalTo(bob, conversation), payload: { x: 'x'.repeat(most + 1) } };

    expect(codeOf(await rooms.signal(ann, fits))).toBe('ok');
    expect(await rooms.signal(ann, tooLarge)).toMatchObject({
      error: { code: 'VALIDATION_FAILED', errors: [{ path: 'payload' }] },
    });
  });
});
