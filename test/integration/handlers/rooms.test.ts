import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { limits } from '../../../contract/limits.ts';
import { connectionsKey } from '../../../lambdas/data/keys.ts';
import { freezeTime } from '../../helpers/frozen-time.ts';
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
freezeTime();

describe('joining', () => {
  test('is seen on the connection and in the room; doing it again changes nothing', async () => {
    const ann = await rooms.user('ann');
    const conversation = await rooms.group(ann);

    for (const _ of ['once', 'again']) {
      expect(await rooms.join(ann, conversation)).toMatchObject({
        ok: true,
        data: { conversationId: conversation, isWatching: true },
      });
    }

    expect(await rooms.watchersOf(conversation)).toEqual([ann.connectionId]);
    expect(await rooms.joinedBy(ann)).toEqual([conversation]);
  });

  test('announces nothing of its user', async () => {
    const ann = await rooms.user('ann');
    const conversation = await rooms.group(ann);
    await rooms.join(ann, conversation);
    expect(await rooms.database.itemOf(connectionsKey(ann.userId))).not.toHaveProperty('emit');
    await rooms.leave(ann, conversation);
    expect(await rooms.database.itemOf(connectionsKey(ann.userId))).not.toHaveProperty('emit');
  });

  test('is for members alone, whether it exists or not, and leaves nothing behind', async () => {
    const [ann, eve] = [await rooms.user('ann'), await rooms.user('eve')];
    const conversation = await rooms.group(ann);

    const [there, nowhere] = [await rooms.join(eve, conversation), await rooms.join(eve, 'gnowhere')];

    expect(codeOf(there)).toBe('FORBIDDEN');
    expect(nowhere).toEqual(there);
    expect([await rooms.joinedBy(eve), await rooms.watchersOf(conversation)]).toEqual([[], []]);
  });

  test('takes a connection that is there', async () => {
    const ann = await rooms.user('ann');
    const conversation = await rooms.group(ann);
    await rooms.backend.disconnect(ann);
    expect(codeOf(await rooms.join(ann, conversation))).toBe('UNAUTHENTICATED');
    expect(await rooms.watchersOf(conversation)).toEqual([]);
  });

  test('goes on up to a bound, which leaving makes room below', async () => {
    const ann = await rooms.user('ann');
    const conversations = await Promise.all(
      Array.from({ length: limits.joinedConversations + 1 }, () => rooms.group(ann)),
    );
    const [first = '', ...others] = conversations;
    for (const conversation of others) expect(codeOf(await rooms.join(ann, conversation))).toBe('ok');

    expect(await rooms.join(ann, first)).toMatchObject({
      ok: false,
      error: {
        code: 'VALIDATION_FAILED',
        errors: [{ path: 'conversationId', message: 'must be one of at most 10 that a connection joins' }],
      },
    });

    await rooms.leave(ann, others[0] ?? '');
    expect(codeOf(await rooms.join(ann, first))).toBe('ok');
  });

  test('a closed conversation is allowed: its history is there to be read', async () => {
    const ann = await rooms.user('ann');
    const conversation = await rooms.group(ann);
    await rooms.change(conversation, 'head', { closedAtMs: Date.now() });
    expect(codeOf(await rooms.join(ann, conversation))).toBe('ok');
  });

  test('many at once: as many watch as may, and all have joined', async () => {
    const owner = await rooms.user('owner');
    const members = await Promise.all(Array.from({ length: limits.watchers + 10 }, (_, n) => rooms.user(`m${n}`)));
    const conversation = await rooms.group(owner, ...members);

    const replies = await Promise.all(members.map((member) => rooms.join(member, conversation)));

    const watching = replies.filter((reply) => reply.ok && (reply.data as { isWatching: boolean }).isWatching);
    expect(replies.map(codeOf)).toEqual(members.map(() => 'ok'));
    expect(watching).toHaveLength(limits.watchers);
    expect(await rooms.watchersOf(conversation)).toHaveLength(limits.watchers);
    expect(await Promise.all(members.map(rooms.joinedBy))).toEqual(members.map(() => [conversation]));

    await rooms.leave(members[replies.findIndex((reply) => watching.includes(reply))] ?? owner, conversation);
    expect(await rooms.join(owner, conversation)).toMatchObject({ data: { isWatching: true } });
  });

  test('takes the place of those whose time is over', async () => {
    const owner = await rooms.user('owner');
    const members = await Promise.all(Array.from({ length: limits.watchers }, (_, n) => rooms.user(`m${n}`)));
    const conversation = await rooms.group(owner, ...members);
    await Promise.all(members.map((member) => rooms.join(member, conversation)));

    vi.setSystemTime(Date.now() + 3 * 3_600_000);
    const later = await rooms.connected(owner, 'laptop');

    expect(await rooms.join(later, conversation)).toMatchObject({ data: { isWatching: true } });
    expect(await rooms.watchersOf(conversation)).toEqual([later.connectionId]);
  });
});

describe('leaving', () => {
  test('undoes both, for this connection alone', async () => {
    const phone = await rooms.user('ann');
    const laptop = await rooms.connected(phone, 'laptop');
    const conversation = await rooms.group(phone);
    await rooms.join(phone, conversation);
    await rooms.join(laptop, conversation);

    expect(await rooms.leave(phone, conversation)).toMatchObject({ ok: true, data: {} });

    expect(await rooms.watchersOf(conversation)).toEqual([laptop.connectionId]);
    expect([await rooms.joinedBy(phone), await rooms.joinedBy(laptop)]).toEqual([[], [conversation]]);
  });

  test('what was not joined is fine, wherever it is', async () => {
    const ann = await rooms.user('ann');
    expect(codeOf(await rooms.leave(ann, await rooms.group(ann)))).toBe('ok');
    expect(codeOf(await rooms.leave(ann, 'gnowhere'))).toBe('ok');
  });

  test('happens by itself when the connection ends', async () => {
    const ann = await rooms.user('ann');
    const conversation = await rooms.group(ann);
    await rooms.join(ann, conversation);
    await rooms.backend.disconnect(ann);
    expect(await rooms.watchersOf(conversation)).toEqual([]);
  });
});

describe('a removal', () => {
  test('ends what the removed one looks at, on all their connections, and nobody else’s', async () => {
    const [ann, bob] = [await rooms.user('ann'), await rooms.user('bob')];
    const laptop = await rooms.connected(bob, 'laptop');
    const [conversation, another] = [await rooms.group(ann, bob), await rooms.group(ann, bob)];
    for (const caller of [ann, bob, laptop]) await rooms.join(caller, conversation);
    await rooms.join(bob, another);
    await readers.leave(bob.userId, conversation);

    await rooms.forget(conversation, [bob.userId]);

    expect(await rooms.watchersOf(conversation)).toEqual([ann.connectionId]);
    expect([await rooms.joinedBy(ann), await rooms.joinedBy(bob), await rooms.joinedBy(laptop)]).toEqual([
      [conversation],
      [another],
      [],
    ]);
    expect(codeOf(await rooms.join(bob, conversation))).toBe('FORBIDDEN');
  });

  test('that is told late takes nothing from who is a member again', async () => {
    const [ann, bob] = [await rooms.user('ann'), await rooms.user('bob')];
    const conversation = await rooms.group(ann, bob);
    await rooms.join(bob, conversation);
    await rooms.forget(conversation, [bob.userId]);
    expect(await rooms.joinedBy(bob)).toEqual([conversation]);
  });
});
