import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { changeFrom } from '../../../lambdas/data/images.ts';
import { memberKey } from '../../../lambdas/data/keys.ts';
import { announcementOf } from '../../../lambdas/domain/change.ts';
import { freezeTime } from '../../helpers/frozen-time.ts';
import { type Backend, startBackend, textOf } from './backend.ts';
import { type ReaderCalls, readerCalls } from './reader-calls.ts';

let backend: Backend;
let calls: ReaderCalls;
let group: string;

beforeAll(async () => {
  backend = await startBackend();
  calls = await readerCalls();
});
afterAll(() => backend.close());
freezeTime();
beforeEach(async () => {
  group = await newGroup('bob');
});

const newGroup = async (...memberIds: string[]) =>
  (await backend.create('ann', { type: 'group', title: 'Team', memberIds })).body.conversation.id;
const send = async (userId: string, count: number) => {
  for (let n = 0; n < count; n += 1) await backend.send(userId, group, textOf(crypto.randomUUID()));
};
const unreadOf = async (userId: string) => (await backend.show(userId, group)).body.conversation.unreadCount;
const announcedBy = async (userId: string) =>
  announcementOf(changeFrom(await backend.database.imageOf(memberKey(group, userId)))).events;
const writtenBy = (userId: string) => backend.database.itemOf(memberKey(group, userId));

describe('what a client says that it got', () => {
  test('is written once, also where fan-out has marked it before', async () => {
    await send('ann', 2);
    await backend.database.change(memberKey(group, 'bob'), { lastDeliveredSeq: 2 });

    expect((await calls.move('bob', 'delivered', group)).body).toMatchObject({ receipt: { lastDeliveredSeq: 2 } });
    const confirmed = await writtenBy('bob');
    expect(confirmed).toMatchObject({ lastDeliveredSeq: 2, confirmedSeq: 2 });
    expect(confirmed).not.toHaveProperty('emit');

    await calls.move('bob', 'delivered', group, 1);
    expect(await writtenBy('bob')).toEqual(confirmed);
  });

  test('is told of where it is new', async () => {
    await send('ann', 1);

    await calls.move('bob', 'delivered', group);

    expect(await writtenBy('bob')).toMatchObject({ lastDeliveredSeq: 1, confirmedSeq: 1, emit: 'receipt.delivered' });
  });
});

describe('reading', () => {
  test('to the end, without a body, and to a position', async () => {
    await send('ann', 3);

    expect(await calls.move('bob', 'read', group, 2)).toEqual({
      status: 200,
      body: { receipt: { userId: 'bob', lastReadSeq: 2, lastDeliveredSeq: 2 }, unreadCount: 1 },
    });
    expect((await calls.move('bob', 'read', group)).body).toMatchObject({
      receipt: { lastReadSeq: 3 },
      unreadCount: 0,
    });
    expect(await unreadOf('bob')).toBe(0);
  });

  test('never goes back, and writes nothing where it is not forward', async () => {
    await send('ann', 3);
    await calls.move('bob', 'read', group);
    const before = await writtenBy('bob');

    expect((await calls.move('bob', 'read', group, 1)).body).toMatchObject({ receipt: { lastReadSeq: 3 } });
    expect(await writtenBy('bob')).toEqual(before);
  });

  test('never goes past the end', async () => {
    await send('ann', 1);

    const { status, body } = await calls.move('bob', 'read', group, 2);

    expect([status, body.errors]).toEqual([400, [{ path: 'seq', message: 'must not be past the last message' }]]);
  });

  test.each(['read', 'delivered'] as const)('%s is not for strangers, whether it exists or not', async (kind) => {
    const [there, nowhere] = [await calls.move('eve', kind, group), await calls.move('eve', kind, 'gnowhere')];
    expect([there.status, there.body.detail]).toEqual([403, nowhere.body.detail]);
    expect(nowhere.status).toBe(403);
  });

  test('tells the members, the other devices of the reader among them', async () => {
    await send('ann', 2);
    await calls.moveByFrame('bob', 'receipt.read', { conversationId: group, seq: 1 });

    expect(await announcedBy('bob')).toMatchObject([{ type: 'receipt.read', data: { userId: 'bob', seq: 1 } }]);
  });

  test('tells nobody where the members are more than a hundred', async () => {
    group = await newGroup(...Array.from({ length: 100 }, (_, n) => `member-${n}`), 'bob');
    await send('ann', 1);
    await calls.move('bob', 'read', group);

    expect(await writtenBy('bob')).toMatchObject({ lastReadSeq: 1 });
    expect(await writtenBy('bob')).not.toHaveProperty('emit');
  });
});

describe('what is unread', () => {
  test('leaves out own messages, on whichever side of the watermark', async () => {
    await send('ann', 2);
    await send('bob', 3);
    await send('ann', 1);
    expect(await unreadOf('bob')).toBe(3);

    expect((await calls.move('bob', 'read', group, 4)).body.unreadCount).toBe(1);
    expect((await calls.move('bob', 'read', group)).body.unreadCount).toBe(0);
    await send('ann', 1);
    expect(await unreadOf('bob')).toBe(1);
  });

  test('is counted again where a send died after it was counted', async () => {
    await send('ann', 1);
    await backend.database.change(memberKey(group, 'bob'), { ownSinceRead: 1 });
    expect(await unreadOf('bob')).toBe(0);

    await calls.move('bob', 'read', group);
    await send('ann', 1);

    expect(await unreadOf('bob')).toBe(1);
  });

  test('is exact when two devices read while a third sends', async () => {
    await send('ann', 5);

    await Promise.all([
      send('bob', 3),
      calls.move('bob', 'read', group),
      calls.move('bob', 'read', group, 3),
      send('ann', 2),
      calls.move('bob', 'read', group),
    ]);
    await calls.move('bob', 'read', group);

    expect(await unreadOf('bob')).toBe(0);
    await send('ann', 4);
    expect(await unreadOf('bob')).toBe(4);
  });
});

describe('what is delivered', () => {
  test('moves alone, is announced, and is never behind what is read', async () => {
    await send('ann', 3);

    expect((await calls.move('bob', 'delivered', group, 2)).body).toEqual({
      receipt: { userId: 'bob', lastReadSeq: 0, lastDeliveredSeq: 2 },
      unreadCount: 3,
    });
    expect(await announcedBy('bob')).toMatchObject([{ type: 'receipt.delivered', data: { userId: 'bob', seq: 2 } }]);
    expect((await calls.move('bob', 'read', group, 1)).body).toMatchObject({
      receipt: { lastReadSeq: 1, lastDeliveredSeq: 2 },
    });
  });
});

describe('the receipts', () => {
  test('are those of everyone, for members', async () => {
    await send('ann', 1);
    await calls.move('bob', 'read', group);

    expect((await calls.receipts('ann', group)).body.receipts).toEqual([
      { userId: 'ann', lastReadSeq: 0, lastDeliveredSeq: 0 },
      { userId: 'bob', lastReadSeq: 1, lastDeliveredSeq: 1 },
    ]);
  });

  test('are the own alone where the members are more than a hundred', async () => {
    group = await newGroup(...Array.from({ length: 100 }, (_, n) => `member-${n}`), 'zoe');

    expect((await calls.receipts('zoe', group)).body.receipts).toEqual([
      { userId: 'zoe', lastReadSeq: 0, lastDeliveredSeq: 0 },
    ]);
    expect((await calls.receipts('eve', group)).status).toBe(403);
  });

  test('are not for strangers, whether it exists or not', async () => {
    const [there, nowhere] = [await calls.receipts('eve', group), await calls.receipts('eve', 'gnowhere')];
    expect([there.status, there.body.detail]).toEqual([403, nowhere.body.detail]);
  });
});

describe('by frame', () => {
  test('a watermark answers as by request', async () => {
    await send('ann', 1);

    const { reply } = await calls.moveByFrame('bob', 'receipt.delivered', { conversationId: group });

    expect(reply).toMatchObject({ ok: true, data: { receipt: { lastDeliveredSeq: 1 }, unreadCount: 1 } });
  });
});
