import type { Clock, JsonObject, Resource } from '../types.ts';
import { keySchemaOf, timeToLiveAttribute } from './table-definition.ts';

type Call = (target: string, body: string) => Promise<{ status: number; body: string }>;
type Item = Record<string, JsonObject>;

export interface TimeToLive {
  /** Removes what has expired from this table too, if the table has a time to live. */
  watch(table: Pick<Resource, 'ref' | 'properties'>): void;
  /** Removes now what has expired. */
  sweep(): Promise<void>;
  /** Whether the item with these keys was removed here at this time, and not by a caller. */
  removed(keys: JsonObject, atMs: number): boolean;
}

interface Watched {
  name: string;
  keys: string[];
  attribute: string;
}

/** What expired longer ago is left alone: docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-before-you-start.html */
const OLDEST_SECONDS = 5 * 365 * 24 * 60 * 60;
const AT_ONCE = 10;
/** The database notes whole seconds, and a delete may take some. */
const TOLERANCE_MS = 10_000;
const REMEMBERED_MS = 10 * 60_000;

/**
 * DynamoDB's own removal of expired items, which the embedded database does only by the machine's time: here by the
 * host's, with deletes on condition that nobody moved the time meanwhile.
 */
export function createTimeToLive(call: Call, clock: Clock): TimeToLive {
  const tables = new Map<string, Watched>();
  const removals = new Map<string, number>();
  let current = Promise.resolve();

  async function sweep(): Promise<void> {
    for (const [keys, at] of removals) if (at < Date.now() - REMEMBERED_MS) removals.delete(keys);
    for (const table of tables.values()) await sweepTable(table);
  }

  async function sweepTable(table: Watched): Promise<void> {
    const expired = await scan(call, table, Math.floor(clock.now() / 1000));
    for (let start = 0; start < expired.length; start += AT_ONCE) {
      await Promise.all(expired.slice(start, start + AT_ONCE).map((item) => remove(table, item)));
    }
  }

  /** Remembered first: its record may be read from the stream before the delete has answered. */
  async function remove(table: Watched, item: Item): Promise<void> {
    const keys = identityOf(Object.fromEntries(table.keys.map((name) => [name, item[name] ?? {}])));
    removals.set(keys, Date.now());
    const answer = await call('DeleteItem', JSON.stringify(deletion(table, item)));
    if (answer.status !== 200) removals.delete(keys);
  }

  return {
    watch({ ref: name, properties }) {
      const attribute = timeToLiveAttribute(properties);
      if (attribute !== undefined) tables.set(name, { name, attribute, keys: keySchemaOf(properties) });
    },
    sweep() {
      current = current.catch(() => {}).then(sweep);
      return current;
    },
    removed: (keys, atMs) => Math.abs((removals.get(identityOf(keys)) ?? 0) - atMs) < TOLERANCE_MS,
  };
}

async function scan(call: Call, table: Watched, nowSeconds: number): Promise<Item[]> {
  const found: Item[] = [];
  let from: JsonObject | undefined;
  do {
    const page = { ...expiredIn(table, nowSeconds), ExclusiveStartKey: from };
    const answer = await call('Scan', JSON.stringify(page));
    if (answer.status !== 200) throw new Error(`unable to Scan ${table.name}; ${answer.body}`);
    const output: { Items: Item[]; LastEvaluatedKey?: JsonObject } = JSON.parse(answer.body);
    found.push(...output.Items);
    from = output.LastEvaluatedKey;
  } while (from);
  return found;
}

function expiredIn({ name, keys, attribute }: Watched, nowSeconds: number) {
  const names = Object.fromEntries([...keys, attribute].map((it, index) => [`#n${index}`, it]));
  return {
    TableName: name,
    ConsistentRead: true,
    ProjectionExpression: Object.keys(names).join(),
    FilterExpression: `#n${keys.length} BETWEEN :oldest AND :now`,
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: {
      ':oldest': { N: String(nowSeconds - OLDEST_SECONDS) },
      ':now': { N: String(nowSeconds) },
    },
  };
}

function deletion({ name, keys, attribute }: Watched, item: Item) {
  return {
    TableName: name,
    Key: Object.fromEntries(keys.map((it) => [it, item[it]])),
    ConditionExpression: '#ttl = :seen',
    ExpressionAttributeNames: { '#ttl': attribute },
    ExpressionAttributeValues: { ':seen': item[attribute] },
  };
}

function identityOf(keys: JsonObject): string {
  return JSON.stringify(Object.entries(keys).toSorted());
}
