import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { refuse } from '../domain/chat-error.ts';
import { chunksOf } from '../domain/chunks-of.ts';
import { systemClock } from '../runtime/clock.ts';
import { tally } from '../runtime/tally.ts';
import type { Key } from './keys.ts';
import { attemptsOf, failedPartOf, isConflict, isFailedCondition, itemInTheWay, rethrow } from './table-errors.ts';

export type Item = Record<string, unknown>;

export interface Update {
  key: Key;
  update: string;
  condition?: string;
  names?: Record<string, string>;
  values?: Record<string, unknown>;
  /** Gives the item as it was before. */
  returnsOld?: true;
}

/** `item` is the item after the write, unless asked for otherwise; or the one whose state refused it, if there is one. */
export type WriteOutcome =
  | { isDone: true; item: Item }
  /** `mayBeOwn`: the SDK tried twice, so that the item in the way may be what its first try wrote. */
  | { isDone: false; item: Item | undefined; mayBeOwn: boolean };

/** One write of a transaction. */
export type TransactionPart =
  | Update
  | { put: Item; condition?: string; names?: Record<string, string>; values?: Record<string, unknown> }
  | { remove: Key; condition?: string; names?: Record<string, string>; values?: Record<string, unknown> }
  /** Writes nothing: the others hold only while its condition does. */
  | { check: Key; condition: string; names?: Record<string, string>; values?: Record<string, unknown> };

/** `failed`: the position of the first part whose condition did not hold, with the item that it met, if there is one. */
export type TransactionOutcome = { isDone: true } | { isDone: false; failed: number; item: Item | undefined };

export interface QueryRequest {
  keyCondition: string;
  values: Record<string, unknown>;
  index?: string;
  isDescending?: boolean;
  limit?: number | undefined;
  /** Comma-separated; a name that DynamoDB reserves stands as `#name`, and in `names`. */
  projection?: string;
  names?: Record<string, string>;
  startKey?: Item | undefined;
  /** Reads at half the price what may be a moment old. */
  isEventual?: true;
  /** Has the page tell what it took. */
  isMetered?: true;
}

export interface QueryPage {
  items: Item[];
  /** Where the next page starts; a page may be empty and still not be the last. */
  nextKey?: Item | undefined;
  /** Read units, where they were asked for. */
  units?: number | undefined;
}

export type Table = ReturnType<typeof tableOf>;

/** DynamoDB's own bounds of one call. */
const keysPerBatchGet = 100;
const itemsPerBatchWrite = 25;
export const itemsPerTransaction = 100;

const triesOfOneCall = 6;

/**
 * The verbs of the one table. Each is one call, but where AWS hands a part of a batch back. A failed condition is an outcome, not
 * an error; what else a call fails with becomes UNAVAILABLE where the same call can succeed later. Reads are consistent unless said.
 */
export function tableOf(client: DynamoDBDocumentClient, TableName: string) {
  const conditionally = async (call: () => Promise<{ Attributes?: Item | undefined }>): Promise<WriteOutcome> => {
    try {
      const { Attributes = {} } = await counted(call);
      return { isDone: true, item: Attributes };
    } catch (error) {
      if (!isFailedCondition(error)) rethrow(error);
      return { isDone: false, item: itemInTheWay(error), mayBeOwn: attemptsOf(error) > 1 };
    }
  };

  return {
    async get(key: Key, { isConsistent = true } = {}): Promise<Item | undefined> {
      const get = new GetCommand({ TableName, Key: key, ConsistentRead: isConsistent });
      const { Item } = await called(() => client.send(get));
      return Item;
    },

    async put(item: Item): Promise<void> {
      await called(() => client.send(new PutCommand({ TableName, Item: item })));
    },

    /** Puts an item where none is. */
    putNew(item: Item): Promise<WriteOutcome> {
      const put = new PutCommand({
        TableName,
        Item: item,
        ConditionExpression: 'attribute_not_exists(PK)',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      });
      return conditionally(() => client.send(put));
    },

    update({ key, update, condition, names, values, returnsOld }: Update): Promise<WriteOutcome> {
      const command = new UpdateCommand({
        TableName,
        Key: key,
        UpdateExpression: update,
        ConditionExpression: condition,
        ExpressionAttributeNames: names,
        ExpressionAttributeValues: values,
        ReturnValues: returnsOld ? 'ALL_OLD' : 'ALL_NEW',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      });
      return conditionally(() => client.send(command));
    },

    /** Removes an item that is there; `item` is what it was. */
    removeExisting(key: Key): Promise<WriteOutcome> {
      const remove = new DeleteCommand({
        TableName,
        Key: key,
        ConditionExpression: 'attribute_exists(PK)',
        ReturnValues: 'ALL_OLD',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      });
      return conditionally(() => client.send(remove));
    },

    async remove(key: Key): Promise<void> {
      await called(() => client.send(new DeleteCommand({ TableName, Key: key })));
    },

    /** One page; the caller asks for more. An index can't be read consistently. */
    async query(request: QueryRequest): Promise<QueryPage> {
      const command = new QueryCommand({
        TableName,
        IndexName: request.index,
        KeyConditionExpression: request.keyCondition,
        ExpressionAttributeNames: request.names,
        ExpressionAttributeValues: request.values,
        ProjectionExpression: request.projection,
        ScanIndexForward: !request.isDescending,
        Limit: request.limit,
        ExclusiveStartKey: request.startKey,
        ConsistentRead: request.index === undefined && !request.isEventual,
        ReturnConsumedCapacity: request.isMetered && 'TOTAL',
      });
      const { Items = [], LastEvaluatedKey, ConsumedCapacity } = await called(() => client.send(command));
      return { items: Items, nextKey: LastEvaluatedKey, units: ConsumedCapacity?.CapacityUnits };
    },

    /** How many items there are, of those that pass the filter, without reading them out: one call for each MB of them. Consistent. */
    async count(request: Pick<QueryRequest, 'keyCondition' | 'values'> & { filter?: string }): Promise<number> {
      let total = 0;
      let startKey: Item | undefined;
      do {
        const command = new QueryCommand({
          TableName,
          KeyConditionExpression: request.keyCondition,
          FilterExpression: request.filter,
          ExpressionAttributeValues: request.values,
          Select: 'COUNT',
          ExclusiveStartKey: startKey,
          ConsistentRead: true,
        });
        const { Count = 0, LastEvaluatedKey } = await called(() => client.send(command));
        total += Count;
        startKey = LastEvaluatedKey;
      } while (startKey);
      return total;
    },

    /** Those of the items that exist, in no order, 100 a call. */
    async batchGet(keys: Key[], { isConsistent = true } = {}): Promise<Item[]> {
      const found = chunksOf(keys, keysPerBatchGet).map(async (chunk) => {
        const items: Item[] = [];
        await untilProcessed<Item>(chunk.map(plainKey), async (left) => {
          const RequestItems = { [TableName]: { Keys: left, ConsistentRead: isConsistent } };
          const answer = await called(() => client.send(new BatchGetCommand({ RequestItems })));
          items.push(...(answer.Responses?.[TableName] ?? []));
          return answer.UnprocessedKeys?.[TableName]?.Keys ?? [];
        });
        return items;
      });
      return (await Promise.all(found)).flat();
    },

    /** Puts all the items, 25 a call; not all at once. */
    async batchPut(items: Item[]): Promise<void> {
      for (const chunk of chunksOf(items, itemsPerBatchWrite)) {
        await untilProcessed(chunk, async (left) => {
          const RequestItems = { [TableName]: left.map((Item) => ({ PutRequest: { Item } })) };
          const { UnprocessedItems } = await called(() => client.send(new BatchWriteCommand({ RequestItems })));
          return (UnprocessedItems?.[TableName] ?? []).flatMap(({ PutRequest }) => PutRequest?.Item ?? []);
        });
      }
    },

    /** All the writes or none; at most 100, each of another item. The SDK's own second try of it is known as such by DynamoDB. */
    async transact(parts: TransactionPart[]): Promise<TransactionOutcome> {
      const command = new TransactWriteCommand({ TransactItems: parts.map((part) => writeOf(TableName, part)) });
      try {
        await counted(() => client.send(command));
        return { isDone: true };
      } catch (error) {
        if (!isFailedCondition(error)) rethrow(error);
        return { isDone: false, ...failedPartOf(error) };
      }
    },
  };
}

function writeOf(TableName: string, part: TransactionPart) {
  const conditional = {
    TableName,
    ConditionExpression: part.condition,
    ExpressionAttributeNames: part.names,
    ExpressionAttributeValues: part.values,
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
  };
  if ('put' in part) return { Put: { ...conditional, Item: part.put } };
  if ('remove' in part) return { Delete: { ...conditional, Key: part.remove } };
  if ('check' in part) return { ConditionCheck: { ...conditional, Key: part.check } };
  return { Update: { ...conditional, Key: part.key, UpdateExpression: part.update } };
}

async function called<Output>(call: () => Promise<Output>): Promise<Output> {
  try {
    return await counted(call);
  } catch (error) {
    return rethrow(error);
  }
}

/** Counts the call, and repeats it after a conflict, in which nothing was decided: the SDK itself does not. */
async function counted<Output>(call: () => Promise<Output>): Promise<Output> {
  for (let tries = 1; ; tries += 1) {
    tally.add('tableCalls');
    try {
      return await call();
    } catch (error) {
      if (tries === triesOfOneCall || !isConflict(error)) throw error;
      await systemClock.sleep(backoffMs(tries));
    }
  }
}

/** A batch may come back in part in an answer that is otherwise good: what is left is sent again, slower each time. */
async function untilProcessed<Part>(parts: Part[], process: (left: Part[]) => Promise<Part[]>): Promise<void> {
  let left = parts;
  for (let tries = 0; left.length > 0; tries += 1) {
    if (tries === triesOfOneCall) refuse('UNAVAILABLE', 'use the table', 'it is too busy');
    if (tries > 0) await systemClock.sleep(backoffMs(tries));
    left = await process(left);
  }
}

/** Full jitter: 25 ms at first, doubling. */
const backoffMs = (tries: number) => Math.random() * 25 * 2 ** (tries - 1);

const plainKey = ({ PK, SK }: Key): Item => ({ PK, SK });
