import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { AttributeValue } from 'aws-lambda';
import { vi } from 'vitest';
import type { Key } from '../../lambdas/data/keys.ts';
import type { RateLimits } from '../../lambdas/domain/rate-limit.ts';
import { createClock } from '../../local/clock.ts';
import { createTableFrom, startDatabase } from '../../local/dynamodb/database.ts';
import { openStream, type StreamReader, streamOf } from '../../local/event-sources/stream-reader.ts';
import { chatTable } from '../integration/local/chat-table.ts';

export const tableName = 'Chat';
export type Image = Record<string, AttributeValue>;

export interface ChatDatabase {
  /** An item in DynamoDB's own notation, as the stream has it. */
  imageOf(key: Key): Promise<Image>;
  itemOf(key: Key): Promise<Record<string, unknown> | undefined>;
  /** Changes an item behind the back of the code under test. */
  change(key: Key, attributes: Record<string, unknown>): Promise<void>;
  /** All items of a partition. */
  partition(PK: string): Promise<Record<string, unknown>[]>;
  /** The table's stream from now on. */
  stream(): Promise<StreamReader>;
  /** Ends the database, as an outage does: the environment still leads to where it was. */
  stop(): Promise<void>;
  close(): Promise<void>;
}

const plenty = { perSecond: 1e3, burst: 1e9 };
/** Tests are faster than people, and some turn the clock back; those of limits say which. */
export const withoutLimits: RateLimits = { send: plenty, request: plenty, serviceFactor: 1 };

/**
 * A real database with the chat's table; from now on the SDK of this process and the environment lead to it. In memory, unless a
 * folder is given: with thousands of items that is faster, because only there its stream has an index.
 */
export async function startChatDatabase(folder = ':memory:'): Promise<ChatDatabase> {
  const database = await startDatabase({ folder, clock: createClock() });
  await createTableFrom(database, tableName, chatTable);
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', database.endpoint);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  vi.stubEnv('TABLE_NAME', tableName);
  vi.stubEnv('RATE_LIMITS', JSON.stringify(withoutLimits));
  // As on a stage without domain events: tests of them say otherwise.
  vi.stubEnv('EVENT_BUS', 'null');

  async function call(operation: string, input: object): Promise<{ Item?: Image; Items?: Image[] }> {
    const { status, body } = await database.call(operation, JSON.stringify({ TableName: tableName, ...input }));
    if (status !== 200) throw new Error(`unable to ${operation}; ${body}`);
    return JSON.parse(body);
  }
  const found = async ({ PK, SK }: Key) =>
    (await call('GetItem', { Key: marshall({ PK, SK }), ConsistentRead: true })).Item;

  return {
    async imageOf(key) {
      const image = await found(key);
      if (!image) throw new Error(`there is no item ${key.PK} ${key.SK}`);
      return image;
    },
    async itemOf(key) {
      const { Item } = await call('GetItem', { Key: marshall({ PK: key.PK, SK: key.SK }), ConsistentRead: true });
      return Item && plain(Item);
    },
    async change(key, attributes) {
      const item = await found(key);
      await call('PutItem', { Item: { ...item, ...marshall(attributes) } });
    },
    async partition(PK) {
      const { Items = [] } = await call('Query', {
        KeyConditionExpression: 'PK = :pk',
        ExpressionAttributeValues: marshall({ ':pk': PK }),
        ConsistentRead: true,
      });
      return Items.map(plain);
    },
    stream: async () =>
      openStream(database, await streamOf(database, tableName), { after: undefined, startsAtEnd: true }),
    stop: () => database.close(),
    async close() {
      vi.unstubAllEnvs();
      await database.close();
    },
  };
}

const plain = (image: Image): Record<string, unknown> => unmarshall(image as Parameters<typeof unmarshall>[0]);
