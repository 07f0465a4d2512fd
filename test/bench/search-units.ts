import type { SearchPage } from '../../contract/search.ts';
import { searchMessages } from '../../lambdas/app/search-messages.ts';
import { conversationStore } from '../../lambdas/data/conversation-store.ts';
import { headItem, memberItem, messageItem } from '../../lambdas/data/items.ts';
import { memberStore } from '../../lambdas/data/member-store.ts';
import { searchStore } from '../../lambdas/data/search-store.ts';
import type { Table } from '../../lambdas/data/table.ts';
import { createClock } from '../../local/clock.ts';
import { createTableFrom, startDatabase } from '../../local/dynamodb/database.ts';
import { aHead, aMember, aMessage } from '../helpers/memory-stores.ts';
import { chatTable } from '../integration/local/chat-table.ts';
import { meteredTable } from './metered-table.ts';
import { atMost, type Figure, plain } from './table.ts';

/** What one call may take of messages, and four reads of them that were under way. */
const mostUnits = 256 + 4 * 128;
const count = 20_000;
const conversationId = 'searched';
const alice = { userId: 'alice', scopes: [] };

/** What it takes to search a long conversation for a word that only its first message has. */
export async function searchUnits(): Promise<Figure[]> {
  const database = await startDatabase({ folder: ':memory:', clock: createClock() });
  const { StreamSpecification: _, ...withoutStream } = chatTable;
  await createTableFrom(database, 'Chat', withoutStream);
  const { table, units } = meteredTable(database.endpoint);
  await fill(table);
  const search = searcherOf(table);
  units();
  const first = await timed(() => search());
  const unitsOfOne = units();
  const rest = await timed(() => toTheEnd(search, first.result));
  const found = rest.result.flatMap(({ messages }) => messages);
  if (found.length !== 1) throw new Error(`the one message was found ${found.length} times`);
  await database.close();
  return [
    atMost('one call of a search that finds nothing, of 20,000 messages', unitsOfOne, mostUnits, 'read units'),
    plain('what it looks at', first.result.searched.messages, 'messages', 0),
    plain('the same, on this machine', first.ms, 'ms'),
    plain(`the whole search, in ${rest.result.length + 1} calls`, unitsOfOne + units(), 'read units'),
    plain('the same, on this machine', first.ms + rest.ms, 'ms'),
  ];
}

const textOf = (seq: number) =>
  seq === 1
    ? 'The needle, at the very beginning'
    : `Message ${seq} of a long talk about this and that, as people have it`;

async function fill(table: Table): Promise<void> {
  const seqs = Array.from({ length: count }, (_, place) => place + 1);
  await table.batchPut([
    headItem(aHead({ conversationId, lastSeq: count })),
    memberItem(aMember({ conversationId }), 0),
    ...seqs.map((seq) => messageItem(aMessage({ conversationId, seq, text: textOf(seq) }))),
  ]);
}

function searcherOf(table: Table) {
  const search = searchMessages({
    search: searchStore(table),
    members: memberStore(table),
    conversations: conversationStore(table),
  });
  return (cursor?: string) => search(alice, { q: 'needle', conversationId, limit: 50, cursor });
}

async function toTheEnd(search: ReturnType<typeof searcherOf>, first: SearchPage): Promise<SearchPage[]> {
  const pages: SearchPage[] = [];
  for (let cursor = first.nextCursor; cursor !== undefined; cursor = pages.at(-1)?.nextCursor) {
    pages.push(await search(cursor));
  }
  return pages;
}

async function timed<Result>(act: () => Promise<Result>): Promise<{ result: Result; ms: number }> {
  const startedMs = performance.now();
  const result = await act();
  return { result, ms: performance.now() - startedMs };
}
