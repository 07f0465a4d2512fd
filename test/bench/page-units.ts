import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { listConversations } from '../../lambdas/app/list-conversations.ts';
import { readHistory } from '../../lambdas/app/read-history.ts';
import { conversationStore } from '../../lambdas/data/conversation-store.ts';
import { headItem, memberItem, messageItem } from '../../lambdas/data/items.ts';
import { memberStore } from '../../lambdas/data/member-store.ts';
import { messageStore } from '../../lambdas/data/message-store.ts';
import { readerStore } from '../../lambdas/data/reader-store.ts';
import { surroundingsStore } from '../../lambdas/data/surroundings-store.ts';
import { type Item, type Table, tableOf } from '../../lambdas/data/table.ts';
import { createClock } from '../../local/clock.ts';
import { createTableFrom, startDatabase } from '../../local/dynamodb/database.ts';
import { aHead, aMember, aMessage } from '../helpers/memory-stores.ts';
import { chatTable } from '../integration/local/chat-table.ts';
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

/** The table over a client that adds up the capacity of its calls; `units` gives the sum and starts anew. */
function meteredTable(endpoint: string): { table: Table; units: () => number } {
  let sum = 0;
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint, region: 'us-east-1', credentials }));
  client.middlewareStack.add(
    (next) => async (call) => {
      const answer = await next({ ...call, input: { ...call.input, ReturnConsumedCapacity: 'TOTAL' } });
      sum += capacityIn(answer.output);
      return answer;
    },
    { step: 'initialize' },
  );
  const units = () => {
    const taken = sum;
    sum = 0;
    return taken;
  };
  return { table: tableOf(client, 'Chat'), units };
}

interface Capacity {
  CapacityUnits?: number;
}

const capacityIn = (output: object): number => {
  if (!('ConsumedCapacity' in output)) return 0;
  const parts = [output.ConsumedCapacity].flat() as (Capacity | undefined)[];
  return parts.reduce((total, part) => total + (part?.CapacityUnits ?? 0), 0);
};

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);
