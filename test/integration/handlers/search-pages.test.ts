import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { openTable } from '../../../lambdas/data/client.ts';
import { headItem, memberItem, messageItem } from '../../../lambdas/data/items.ts';
import type { Message } from '../../../lambdas/domain/message.ts';
import { type ChatDatabase, startChatDatabase, tableName } from '../../helpers/database.ts';
import { captureOutput } from '../../helpers/events.ts';
import { aHead, aMember, aMessage } from '../../helpers/memory-stores.ts';
import { foundIn, type SearchCalls, searchCalls } from './search-calls.ts';

let database: ChatDatabase;
let calls: SearchCalls;

const beganMs = Date.UTC(2026, 0, 1);
const vocabulary = ['alpha', 'Béta', 'GAMMA', 'delta'];
const senders = ['alice', 'bob', 'carol'];
const types = ['text', 'system'] as const;

/** Anything that can become of a message; a minute or less after the one before. */
const aRandomMessage = fc.record({
  words: fc.subarray(vocabulary),
  fileName: fc.option(fc.constantFrom(...vocabulary)),
  senderId: fc.constantFrom(...senders),
  type: fc.constantFrom(...types),
  laterMs: fc.integer({ min: 0, max: 60_000 }),
  fate: fc.oneof(
    { weight: 8, arbitrary: fc.constant('stays') },
    fc.constantFrom('deleted', 'encrypted', 'never written'),
  ),
});
type RandomMessage = typeof aRandomMessage extends fc.Arbitrary<infer Value> ? Value : never;

function logOf(conversationId: string, drawn: RandomMessage[]): Message[] {
  let createdAtMs = beganMs;
  return drawn.flatMap(({ words, fileName, senderId, type, laterMs, fate }, place) => {
    createdAtMs += laterMs;
    if (fate === 'never written') return [];
    const file = { attachmentId: 'a', fileName: fileName ?? '', contentType: 'text/plain', size: 1 };
    const said = { text: `${words.join(' ')} ${paddingOf(conversationId)}`, ...(fileName && { attachments: [file] }) };
    const what = fate === 'encrypted' ? { encrypted: { algorithm: 'a', ciphertext: 'alpha' } } : said;
    const { text, ...silent } = aMessage({ conversationId, seq: place + 1, senderId, type, createdAtMs });
    return [{ ...silent, ...(fate === 'deleted' ? { deletedAtMs: createdAtMs } : what) }];
  });
}

/** The messages of one are so long that no call reads all of them, and no read 250. */
const paddingOf = (conversationId: string) => 'x'.repeat(conversationId === 'c2' ? 12_000 : 0);

/** How many messages each conversation has: alice is in all but the last. */
const sizes = { c1: 900, c2: 300, c3: 40, c4: 1, c5: 0, foreign: 50 };
const logs = new Map(
  Object.entries(sizes).map(([id, size]) => {
    const [drawn = []] = fc.sample(fc.array(aRandomMessage, { minLength: size, maxLength: size, size: 'max' }), 1);
    return [id, logOf(id, drawn)];
  }),
);

beforeAll(async () => {
  database = await startChatDatabase();
  calls = await searchCalls();
  const table = openTable(tableName);
  for (const [conversationId, log] of logs) {
    const lastActivityAtMs = log.at(-1)?.createdAtMs ?? beganMs;
    await table.batchPut([
      headItem(aHead({ conversationId, lastSeq: log.at(-1)?.seq ?? 0, lastActivityAtMs })),
      memberItem(aMember({ conversationId, userId: conversationId === 'foreign' ? 'bob' : 'alice' }), lastActivityAtMs),
      ...log.map(messageItem),
    ]);
  }
}, 60_000);
afterAll(() => database.close());
beforeEach(() => {
  captureOutput();
});
afterEach(() => vi.restoreAllMocks());

const aMoment = fc.option(fc.integer({ min: 0, max: 900 * 30_000 }), { nil: undefined });
const aFilter = fc
  .record({
    words: fc.subarray(['ALPHA', 'beta', 'amm', 'délta']),
    senderId: fc.option(fc.constantFrom(...senders), { nil: undefined }),
    type: fc.option(fc.constantFrom(...types), { nil: undefined }),
    from: aMoment,
    to: aMoment,
    conversationId: fc.option(fc.constantFrom('c1', 'c2', 'c3'), { nil: undefined }),
  })
  .filter(
    ({ conversationId, words, ...filter }) =>
      words.length > 0 || Object.values(filter).some((each) => each !== undefined),
  )
  .filter(({ from = -1, to = Infinity }) => from < to);
type Filter = typeof aFilter extends fc.Arbitrary<infer Value> ? Value : never;

const isoTime = (laterMs: number) => new Date(beganMs + laterMs).toISOString();

const queryOf = ({ words, senderId, type, from, to, conversationId }: Filter): Record<string, string> => ({
  ...(words.length > 0 && { q: words.join(' ') }),
  ...(senderId && { senderId }),
  ...(type && { type }),
  ...(from !== undefined && { from: isoTime(from) }),
  ...(to !== undefined && { to: isoTime(to) }),
  ...(conversationId && { conversationId }),
});

/** The simplest that can be: the words are ASCII once folded by hand. */
const plain = (text: string) => text.toLowerCase().replaceAll('é', 'e');

/** What a scan of everything finds. */
function scan({ words, senderId, type, from = -1, to = Infinity, conversationId }: Filter): string[] {
  const own = [...logs].filter(([id]) => (conversationId === undefined ? id !== 'foreign' : id === conversationId));
  return own
    .flatMap(([, log]) => log)
    .filter((message) => {
      const said = plain(
        [message.text ?? '', ...(message.attachments ?? []).map(({ fileName }) => fileName)].join('|'),
      );
      const afterMs = message.createdAtMs - beganMs;
      return (
        message.deletedAtMs === undefined &&
        message.encrypted === undefined &&
        words.every((word) => said.includes(plain(word))) &&
        (senderId === undefined || message.senderId === senderId) &&
        (type === undefined || message.type === type) &&
        afterMs >= from &&
        afterMs < to
      );
    })
    .toSorted((one, other) => other.createdAtMs - one.createdAtMs)
    .map((message) => `${message.conversationId}.${message.seq}`);
}

test('paging through a search finds what a scan finds, newest first', async () => {
  await fc.assert(
    fc.asyncProperty(aFilter, fc.integer({ min: 10, max: 100 }), async (filter, limit) => {
      const pages = await calls.allPages('alice', { ...queryOf(filter), limit: String(limit) });
      const found = foundIn(pages);
      expect(found.map(({ id }) => id).toSorted()).toEqual(scan(filter).toSorted());
      const times = found.map(({ createdAt }) => createdAt);
      expect(times).toEqual(times.toSorted().toReversed());
    }),
    { numRuns: 25 },
  );
}, 120_000);
