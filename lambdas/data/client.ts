import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { clientDefaults } from '../runtime/aws.ts';
import { type Table, tableOf } from './table.ts';

/** The table of this name, over one client for the life of the function. */
export function openTable(tableName: string): Table {
  const client = new DynamoDBClient(clientDefaults({ requestTimeout: 2_000 }));
  // An object of a user's that has a field named «constructor» is taken for an instance of a class, and refused unless said otherwise.
  const marshallOptions = { removeUndefinedValues: true, convertClassInstanceToMap: true };
  return tableOf(DynamoDBDocumentClient.from(client, { marshallOptions }), tableName);
}
