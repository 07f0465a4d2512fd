import type { Need } from '../aws/service.ts';
import { type KeyedInput, leadingKeysOf, type PartitionKeyOf, type WriteRequest } from './leading-keys.ts';

interface TransactionPart extends KeyedInput {
  TableName?: string;
}

/** The parts of a DynamoDB request that say what it touches. */
export interface TableInput extends KeyedInput {
  TableName?: string;
  IndexName?: string;
  RequestItems?: Record<string, KeyedInput | WriteRequest[]>;
  TransactItems?: Record<string, TransactionPart | undefined>[];
  ReturnConsumedCapacity?: string;
}

export interface Tables {
  arnOf(table: string): string;
  partitionKeyOf: PartitionKeyOf;
}

/** A transaction is authorised by the actions of its parts: there is no TransactWriteItems action. */
const partActions: Record<string, string> = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  Get: 'GetItem',
  ConditionCheck: 'ConditionCheckItem',
};

/** What IAM must allow for a call; tables are named by their ARN, a query of an index by the index's. */
export function needsOf(operation: string, input: TableInput, tables: Tables): Need[] {
  if (input.TransactItems) return input.TransactItems.flatMap((item) => needsOfPart(item, tables));
  if (input.RequestItems) {
    const batches = Object.entries(input.RequestItems);
    return batches.map(([table, batch]) => need(operation, { table, inputs: partsOf(batch) }, tables));
  }
  return [need(operation, { table: input.TableName ?? '*', index: input.IndexName, inputs: [input] }, tables)];
}

interface Target {
  table: string;
  index?: string | undefined;
  inputs: KeyedInput[];
}

function need(operation: string, { table, index, inputs }: Target, { arnOf, partitionKeyOf }: Tables): Need {
  const suffix = index === undefined ? '' : `/index/${index}`;
  const partitionKey = partitionKeyOf(table, index);
  return {
    action: `dynamodb:${operation}`,
    resources: [`${arnOf(table)}${suffix}`],
    context: { 'dynamodb:LeadingKeys': inputs.flatMap((input) => leadingKeysOf(input, partitionKey)) },
  };
}

function needsOfPart(item: Record<string, TransactionPart | undefined>, tables: Tables): Need[] {
  return Object.entries(item).map(([part, about = {}]) => {
    return need(partActions[part] ?? part, { table: about.TableName ?? '', inputs: [about] }, tables);
  });
}

function partsOf(batch: KeyedInput | WriteRequest[]): KeyedInput[] {
  if (!Array.isArray(batch)) return [batch];
  return batch.map(({ PutRequest, DeleteRequest }) => PutRequest ?? DeleteRequest ?? {});
}
