import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { clientDefaults } from '../runtime/aws.ts';
import { type Table, tableOf } from './table.ts';

/** The table of this name, over one client for the life of the function. */
export function openTable(tableName: string): Table {
  const client = new DynamoDBClient(clientDefaults({ requestTimeout: 2_000 }));
  const marshallOptions = { removeUndefinedValues: true };
  return tableOf(DynamoDBDocumentClient.from(client, { marshallOptions }), tableName);
}
