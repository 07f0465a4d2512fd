import { listConversations } from '../../lambdas/app/list-conversations.ts';
import { readHistory } from '../../lambdas/app/read-history.ts';
import { conversationStore } from '../../lambdas/data/conversation-store.ts';
import { headItem, memberItem, messageItem } from '../../lambdas/data/items.ts';
import { memberStore } from '../../lambdas/data/member-store.ts';
import { messageStore } from '../../lambdas/data/message-store.ts';
import { readerStore } from '../../lambdas/data/reader-store.ts';
import { surroundingsStore } from '../../lambdas/data/surroundings-store.ts';
import type { Item, Table } from '../../lambdas/data/table.ts';
import { createClock } from '../../local/clock.ts';
import { createTableFrom, startDatabase } from '../../local/dynamodb/database.ts';
import { aHead, aMember, aMessage } from '../helpers/memory-stores.ts';
import { chatTable } from '../integration/local/chat-table.ts';
import { meteredTable } from './metered-table.ts';
import { type Figure, plain } from './table.ts';

const hourMs = 3_600_000;
const alice = { userId: 'alice', scopes: [] };
const clock = createClock();

/** What a page costs in a small place and in a large one: the same, or a page is not a page. */
export async function pageUnits(): Promise<Figure[]> {
  const database = await startDatabase({ folder: ':memory:', clock });
  const { StreamSpecification: _, ...withoutStream } = chatTable;
  await createTableFrom(database, 'Chat', withoutStream);
  const { table, units } = meteredTable(database.endpoint);
  const figures = [
    await historyPage(table, units, 100),
    await historyPage(table, units, 100_000),
    await listPage(table, units, 50),
    await listPage(table, units, 5_000),
  ];
  await database.close();
  return figures;
}

async function historyPage(table: Table, units: () => number, count: number): Promise<Figure> {
  const conversationId = `history${count}`;
  await table.batchPut([
    headItem(aHead({ conversationId, lastSeq: count })),
    memberItem(aMember({ conversationId }), 0),
    memberItem(aMember({ conversationId, userId: 'bob' }), 0),
    ...numbers(count).map((seq) => messageItem(aMessage({ conversationId, seq: seq + 1 }))),
  ]);
  const read = readHistory({ readers: readerStore(table), messages: messageStore(table), clock });
  units();
  await read(alice, { conversationId, limit: 50, before: count - 10 });
  return plain(`a page of 50 of ${count.toLocaleString('en')} messages`, units(), 'read units');
}

async function listPage(table: Table, units: () => number, count: number): Promise<Figure> {
  const userId = `user of ${count}`;
  await table.batchPut(numbers(count).flatMap((n) => conversationOf(userId, `list${count}-${n}`, n * hourMs)));
  const list = listConversations({
    members: memberStore(table),
    conversations: conversationStore(table),
    surroundings: surroundingsStore(table),
    clock,
  });
  units();
  await list(userId, { limit: 50 });
  return plain(`a page of 50 of ${count.toLocaleString('en')} conversations`, units(), 'read units');
}

const conversationOf = (userId: string, conversationId: string, lastActivityAtMs: number): Item[] => [
  headItem(aHead({ conversationId, lastActivityAtMs })),
  memberItem(aMember({ conversationId, userId }), lastActivityAtMs),
];

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);
