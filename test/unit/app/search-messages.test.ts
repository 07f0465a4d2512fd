import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '../../../contract/limits.ts';
import type { SearchMessages, SearchPage } from '../../../contract/search.ts';
import { searchMessages } from '../../../lambdas/app/search-messages.ts';
import type { Message } from '../../../lambdas/domain/message.ts';
import { type MemorySearch, memorySearch } from '../../helpers/memory-search.ts';
import { aMessage } from '../../helpers/memory-stores.ts';

const alice = { userId: 'alice', scopes: [] };
const beganMs = Date.UTC(2026, 0, 1);

interface Said {
  hasWord: boolean;
  /** When it was said, after the one before; clocks may be wrong by a little, so that it is before it. */
  laterMs: number;
  /** Of seqs above it that were given out and never used. */
  hole: number;
}

function logOf(conversationId: string, said: Said[]): Message[] {
  let [seq, createdAtMs] = [0, beganMs];
  return said.map(({ hasWord, laterMs, hole }) => {
    seq += 1 + hole;
    createdAtMs += laterMs;
    return aMessage({ conversationId, seq, createdAtMs, text: hasWord ? 'the word' : 'nothing' });
  });
}

const logsOf = (conversations: Said[][]) =>
  new Map(conversations.map((said, place) => [`c${place}`, logOf(`c${place}`, said)]));
const many = (count: number, said: Partial<Said> = {}): Said[] =>
  Array.from({ length: count }, () => ({ hasWord: false, laterMs: 1_000, hole: 0, ...said }));

const search = (memory: MemorySearch, asked: Partial<SearchMessages>) => {
  const { ports, counted } = memorySearch(memory);
  return { counted, answer: searchMessages(ports)(alice, { q: 'word', limit: 50, ...asked }) };
};

async function allPages(memory: MemorySearch, asked: Partial<SearchMessages>): Promise<SearchPage[]> {
  const pages: SearchPage[] = [];
  let cursor: string | undefined;
  do {
    const page = await search(memory, { ...asked, cursor }).answer;
    pages.push(page);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return pages;
}

const idsIn = (pages: SearchPage[]) => pages.flatMap(({ messages }) => messages.map(({ id }) => id));
const wanted = (logs: Map<string, Message[]>) =>
  [...logs.values()]
    .flat()
    .flatMap(({ conversationId, seq, text }) => (text === 'the word' ? `${conversationId}.${seq}` : []));

const said = fc.record({
  hasWord: fc.boolean(),
  laterMs: fc.integer({ min: -3, max: 10 }),
  hole: fc.oneof({ weight: 20, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 300 }) }),
});

describe('paging through a search', () => {
  it('finds each message once, however the reads are cut and whatever a call may take', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(said, { maxLength: 40 }), { maxLength: 6 }),
        fc.record({
          messagesPerRead: fc.integer({ min: 1, max: 50 }),
          unitsPerRead: fc.constantFrom(1, 100, 300),
        }),
        fc.integer({ min: 1, max: 20 }),
        async (conversations, bounds, limit) => {
          const logs = logsOf(conversations);
          const pages = await allPages({ logs, ...bounds }, { limit });
          expect(idsIn(pages).toSorted()).toEqual(wanted(logs).toSorted());
          expect(pages.every(({ messages }) => messages.length <= limit)).toBe(true);
        },
      ),
      { numRuns: 300 },
    ));

  it('goes on where a read was cut short, and takes nothing of those further down for it', async () => {
    const logs = logsOf([[...many(3_000), ...many(3, { hasWord: true }), ...many(900)]]);
    logs.get('c0')?.forEach((message, place) => {
      if (place % 100 === 0) message.text = 'the word';
    });
    const pages = await allPages({ logs, messagesPerRead: 100 }, { limit: 10 });
    expect(idsIn(pages).toSorted()).toEqual(wanted(logs).toSorted());
  });

  it('goes back in time, from one page to the next, over all conversations', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.array(
            said.map((one) => ({ ...one, laterMs: Math.abs(one.laterMs) })),
            { maxLength: 40 },
          ),
          { maxLength: 6 },
        ),
        fc.integer({ min: 1, max: 20 }),
        async (conversations, limit) => {
          const pages = await allPages(
            { logs: logsOf(conversations), messagesPerRead: 7, unitsPerRead: 100 },
            { limit },
          );
          const times = pages.flatMap(({ messages }) => messages.map(({ createdAt }) => createdAt));
          expect(times).toEqual(times.toSorted().toReversed());
        },
      ),
      { numRuns: 200 },
    ));

  it('says how far back it came, and finds nothing after that any more', async () => {
    const logs = logsOf([many(600, { hasWord: true }), many(600, { hasWord: true, laterMs: 1_500 })]);
    const pages = await allPages({ logs }, { limit: 100 });
    for (const [place, { searched }] of pages.entries()) {
      const later = pages.slice(place + 1).flatMap(({ messages }) => messages);
      expect(later.filter(({ createdAt }) => createdAt > (searched.backTo ?? ''))).toEqual([]);
    }
    expect(pages.map(({ searched }) => searched.isComplete)).toEqual([...Array(11).fill(false), true]);
    expect(pages.at(-1)?.searched.backTo).toBeUndefined();
  });
});

describe('one call', () => {
  it('starts no more reads once it has taken 256 units, and four at once at most', async () => {
    const { counted, answer } = search({ logs: logsOf([many(20_000)]), unitsPerRead: 128 }, {});
    const { messages, nextCursor, searched } = await answer;
    // One, then two: 384 units.
    expect(counted).toMatchObject({ reads: 3, mostAtOnce: 2 });
    expect(messages).toEqual([]);
    expect(nextCursor).toBeDefined();
    expect(searched).toEqual({ messages: 750, backTo: expect.any(String), isComplete: false });
  });

  it('is four reads beyond that at the very most', async () => {
    const { counted, answer } = search({ logs: logsOf([many(20_000)]), unitsPerRead: 85 }, {});
    await answer;
    // One, two, which is a unit less than the bound, and four.
    expect(counted).toMatchObject({ reads: 7, mostAtOnce: 4 });
  });

  it('reads no more than it needs for its page', async () => {
    const { counted, answer } = search({ logs: logsOf([many(20_000, { hasWord: true })]) }, {});
    expect((await answer).messages).toHaveLength(50);
    expect(counted.reads).toBe(1);
  });

  it('does not read what was last active before the time that is asked for', async () => {
    const { counted, answer } = search({ logs: logsOf([many(500), many(500)]) }, { from: '2026-02-01T00:00:00Z' });
    expect((await answer).searched).toEqual({ messages: 0, isComplete: true });
    expect(counted.reads).toBe(0);
  });

  it('stops where that time begins', async () => {
    const logs = logsOf([many(2_000, { hasWord: true, laterMs: 60_000 })]);
    const { counted, answer } = search({ logs }, { from: new Date(beganMs + 1_990 * 60_000).toISOString() });
    expect((await answer).messages).toHaveLength(11);
    expect((await answer).searched.isComplete).toBe(true);
    expect(counted.reads).toBe(1);
  });
});

describe('a search of all conversations', () => {
  it('looks at the hundred most recently active, and says that there are more', async () => {
    const logs = logsOf(Array.from({ length: limits.searchConversations + 1 }, () => many(1, { hasWord: true })));
    const pages = await allPages({ logs }, { limit: 100 });
    expect(idsIn(pages)).toHaveLength(100);
    expect(pages.at(-1)).toMatchObject({ searched: { isComplete: false } });
    expect(pages.at(-1)?.nextCursor).toBeUndefined();
  });

  it('looks at all where they are a hundred', async () => {
    const logs = logsOf(Array.from({ length: limits.searchConversations }, () => many(1, { hasWord: true })));
    const pages = await allPages({ logs }, { limit: 100 });
    expect(idsIn(pages)).toHaveLength(100);
    expect(pages.at(-1)?.searched.isComplete).toBe(true);
  });
});

describe('what is looked for and from where', () => {
  const logs = logsOf([many(300), many(3)]);

  it.each([
    ['words of which nothing is left', { q: '\u0301 \u0301' }, 'q'],
    ['a cursor that is none', { cursor: 'x' }, 'cursor'],
    ['a cursor of more conversations than there can be', { cursor: `all${'.c'.repeat(101)}` }, 'cursor'],
    ['a cursor of another conversation', { conversationId: 'c0', cursor: 'all.c1.1.1' }, 'cursor'],
    ['a cursor of several in one', { conversationId: 'c0', cursor: 'all.c0.1.1.c1.1.1' }, 'cursor'],
    ['a cursor of none in one', { conversationId: 'c0', cursor: 'all' }, 'cursor'],
  ])('is refused: %s', async (_, asked, path) => {
    await expect(search({ logs }, asked).answer).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      details: { errors: [{ path }] },
    });
  });

  it('is refused: a cursor of 101 conversations', async () => {
    const cursor = `all.${Array.from({ length: 101 }, (__, place) => `x${place}.1.1`).join('.')}`;
    await expect(search({ logs }, { cursor }).answer).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
  });

  it('is nowhere else than in the caller’s own, whatever a cursor says', async () => {
    const { counted, answer } = search({ logs }, { cursor: 'all.foreign.5.1' });
    expect(await answer).toEqual({ messages: [], searched: { messages: 0, isComplete: true } });
    expect(counted.reads).toBe(0);
  });

  it('is not above a conversation’s end', async () => {
    const { counted, answer } = search({ logs }, { conversationId: 'c1', cursor: 'all.c1.zzzzz.1' });
    await answer;
    expect(counted.reads).toBe(1);
  });
});
