import type { Json, JsonObject, Resource } from '../types.ts';
import { isObject } from './table-definition.ts';

type AttributeValue = Record<string, string>;
type Item = Record<string, AttributeValue>;

/** The parts of a request, of a batch or of a transaction that name items. */
export interface KeyedInput {
  Key?: Item;
  Item?: Item;
  Keys?: Item[];
  KeyConditionExpression?: string;
  ExpressionAttributeNames?: Record<string, string>;
  ExpressionAttributeValues?: Item;
}

/** One entry of a BatchWriteItem. */
export interface WriteRequest {
  PutRequest?: KeyedInput;
  DeleteRequest?: KeyedInput;
}

/** The name of the partition key of a table, or of its index. */
export type PartitionKeyOf = (table: string, index?: string) => string;

/** The values of the partition key that a request names: for a query of an index, of the index's. */
export function leadingKeysOf(input: KeyedInput, partitionKey: string): string[] {
  const named = [input.Key, input.Item, ...(input.Keys ?? []), conditionsOf(input)];
  return named.flatMap((item) => Object.values(item?.[partitionKey] ?? {}));
}

export function partitionKeysOf(tables: Resource[]): PartitionKeyOf {
  return (table, index) => {
    const found = tables.find(({ ref }) => ref === table)?.properties;
    const indexes = listOf(found?.GlobalSecondaryIndexes);
    const schema = index === undefined ? found : indexes.find(({ IndexName }) => IndexName === index);
    // What is no table of the template is refused by the database itself, and leads with no key.
    return String(listOf(schema?.KeySchema).find(({ KeyType }) => KeyType === 'HASH')?.AttributeName ?? '');
  };
}

/** What a key condition wants to be equal to something: the partition key always is. */
function conditionsOf(input: KeyedInput): Item {
  const { KeyConditionExpression: condition = '', ExpressionAttributeNames: names = {} } = input;
  const equalities = [...condition.matchAll(/([#\w.-]+)\s*=\s*(:\w+)/g)];
  return Object.fromEntries(
    equalities.map(([, name = '', value = '']) => [
      names[name] ?? name,
      input.ExpressionAttributeValues?.[value] ?? {},
    ]),
  );
}

function listOf(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
