import type { Need } from '../aws/service.ts';

/** The parts of a DynamoDB request that say what it touches. */
export interface TableInput {
  TableName?: string;
  IndexName?: string;
  RequestItems?: Record<string, unknown>;
  TransactItems?: Record<string, { TableName?: string } | undefined>[];
  ReturnConsumedCapacity?: string;
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
export function needsOf(operation: string, input: TableInput, arnOf: (table: string) => string): Need[] {
  if (input.TransactItems) {
    return input.TransactItems.flatMap((item) =>
      Object.entries(item).map(([part, about]) => ({
        action: `dynamodb:${partActions[part] ?? part}`,
        resources: [arnOf(about?.TableName ?? '')],
      })),
    );
  }
  const tables = input.RequestItems ? Object.keys(input.RequestItems) : [input.TableName ?? '*'];
  const suffix = input.IndexName === undefined ? '' : `/index/${input.IndexName}`;
  return [{ action: `dynamodb:${operation}`, resources: tables.map((table) => `${arnOf(table)}${suffix}`) }];
}
