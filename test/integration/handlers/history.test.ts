import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { openTable } from '../../../lambdas/data/client.ts';
import { conversationStore } from '../../../lambdas/data/conversation-store.ts';
import { messageStore } from '../../../lambdas/data/message-store.ts';
import { tableName } from '../../helpers/database.ts';
import { freezeTime } from '../../helpers/frozen-time.ts';
import { type Backend, startBackend, textOf } from './backend.ts';

let backend: Backend;
let group: string;

beforeAll(async () => {
  backend = await startBackend();
});
afterAll(() => backend.close());
freezeTime();
beforeEach(async () => {
  group = (await backend.create('ann', { type: 'group', title: 'Team', memberIds: ['bob'] })).body.conversation.id;
});

const later = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1_000);
const send = async (count: number) => {
  for (let n = 0; n < count; n += 1) await backend.send('ann', group, textOf(`m-${n}-${Date.now()}-${Math.random()}`));
};

/** Takes a seq as a send does that dies before its message is written. */
const leaveHole = () =>
  conversationStore(openTable(tableName)).allocateSeq({
    conversationId: group,
    mayPostAnywhere: true,
    preview: { senderId: 'bob', type: 'text', text: 'never written', atMs: Date.now() },
  });

/** The late end of such a send. */
const fillHole = (seq: number) =>
  messageStore(openTable(tableName)).append({
    conversationId: group,
    seq,
    senderId: 'bob',
    clientMessageId: 'late',
    type: 'text',
    text: 'written late',
    createdAtMs: Date.now(),
    rev: 0,
    membershipVersion: 1,
  });

const page = async (query: Record<string, string> = {}) => {
  const { body } = await backend.read('bob', group, query);
  return { ...body, seqs: body.messages.map(({ seq }) => seq) };
};
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n);

describe('a page of the history', () => {
  test('of an empty conversation is empty', async () => {
    expect((await backend.read('bob', group)).body).toEqual({
      messages: [],
      lastSeq: 0,
      settledSeq: 0,
      hasMoreBefore: false,
      hasMoreAfter: false,
    });
  });

  test.each<[string, Record<string, string>, number[], boolean, boolean]>([
    ['the latest', { limit: '3' }, [8, 9, 10], true, false],
    ['all of it, exactly', { limit: '10' }, range(1, 10), false, false],
    ['before a position', { limit: '3', before: '5' }, [2, 3, 4], true, true],
    ['before the second', { before: '2' }, [1], false, true],
    ['before the first', { before: '1' }, [], false, true],
    ['before the end', { limit: '2', before: '11' }, [9, 10], true, false],
    ['after a position', { limit: '3', after: '5' }, [6, 7, 8], true, true],
    ['after nothing', { limit: '3', after: '0' }, [1, 2, 3], false, true],
    ['after the last', { after: '10' }, [], true, false],
    ['up to the last, exactly', { limit: '3', after: '7' }, [8, 9, 10], true, false],
    ['around a position', { limit: '4', around: '5' }, [3, 4, 5, 6], true, true],
    ['around the first', { limit: '4', around: '1' }, [1, 2], false, true],
    ['around the last', { limit: '4', around: '10' }, [8, 9, 10], true, false],
    ['around one alone', { limit: '1', around: '5' }, [5], true, true],
  ])('%s', async (_, query, seqs, hasMoreBefore, hasMoreAfter) => {
    await send(10);
    expect(await page(query)).toMatchObject({ seqs, hasMoreBefore, hasMoreAfter, lastSeq: 10 });
  });

  const written = [...range(1, 3), ...range(6, 9), 12, ...range(15, 20)];
  const withHoles = async () => {
    for (const count of [3, 4, 1, 6]) {
      await send(count);
      await leaveHole();
      await leaveHole();
    }
  };

  test('after page backwards, all of it is read once, holes and all', async () => {
    await withHoles();
    const seen: number[] = [];
    for (let query: Record<string, string> | undefined = {}; query; ) {
      const { seqs, hasMoreBefore } = await page({ limit: '3', ...query });
      seen.unshift(...seqs);
      query = hasMoreBefore ? { before: String(seqs[0]) } : undefined;
    }
    expect(seen).toEqual(written);
  });

  test('after page forwards, all of it is read once, holes and all', async () => {
    await withHoles();
    const seen: number[] = [];
    for (let after: number | undefined = 0; after !== undefined; ) {
      const { seqs, hasMoreAfter } = await page({ limit: '3', after: String(after) });
      seen.push(...seqs);
      after = hasMoreAfter ? seqs.at(-1) : undefined;
    }
    expect(seen).toEqual(written);
  });

  test('of messages as large as they may be is whole, though the database answers in parts', async () => {
    const metadata = { filler: 'x'.repeat(4_000) };
    const sends = Array.from({ length: 100 }, (_, n) =>
      backend.send('ann', group, { ...textOf(`m-${n}`, '€'.repeat(5_000)), metadata }),
    );
    await Promise.all(sends);
    expect((await page({ limit: '100', after: '0' })).seqs).toEqual(range(1, 100));
    expect((await page({ limit: '100' })).seqs).toEqual(range(1, 100));
  });
});

describe('what is settled', () => {
  const settled = async (query: Record<string, string> = {}) => (await page(query)).settledSeq;

  test('is everything while there is no hole', async () => {
    await send(5);
    expect(await settled()).toBe(5);
    expect(await settled({ limit: '2' })).toBe(5);
    expect(await settled({ before: '3' })).toBe(5);
  });

  test('ends below a hole that may still be filled, whichever page is asked for', async () => {
    await send(3);
    await leaveHole();
    await send(2);
    const queries: Record<string, string>[] = [
      {},
      { limit: '1' },
      { before: '3' },
      { after: '0', limit: '2' },
      { around: '2', limit: '2' },
      { after: '5' },
    ];
    for (const query of queries) expect(await settled(query)).toBe(3);
  });

  test('ends below a hole at the very end, and is nothing where the first seq is one', async () => {
    await leaveHole();
    expect(await settled()).toBe(0);
    await send(1);
    expect(await settled()).toBe(0);
    later(31);
    await send(1);
    await leaveHole();
    expect(await settled()).toBe(3);
  });

  test('goes on at once when the hole is filled', async () => {
    await send(3);
    await leaveHole();
    await send(2);
    await fillHole(4);
    expect(await settled()).toBe(6);
    expect((await page()).seqs).toEqual(range(1, 6));
  });

  test('goes on over the hole when nobody can fill it any more, thirty seconds later', async () => {
    await send(3);
    await leaveHole();
    await send(1);
    later(29);
    expect(await settled()).toBe(3);
    later(1);
    expect(await settled()).toBe(5);
  });

  test('forgives an old hole below a message that is old, and no young one', async () => {
    await send(1);
    await leaveHole();
    await send(1);
    later(30);
    await leaveHole();
    await send(1);
    expect(await settled()).toBe(3);
    later(30);
    expect(await settled()).toBe(5);
  });

  test('never goes back', async () => {
    const seen: number[] = [];
    for (const step of [() => send(2), leaveHole, () => send(1), leaveHole, () => send(3)]) {
      await step();
      seen.push(await settled());
      later(12);
      seen.push(await settled());
    }
    expect(seen).toEqual(seen.toSorted((one, other) => one - other));
  });
});
