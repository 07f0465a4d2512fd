import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { refuse } from '../domain/chat-error.ts';
import { clientDefaults } from '../runtime/aws.ts';
import { tally } from '../runtime/tally.ts';
import { rethrow } from './table-errors.ts';

/**
 * The id that AWS gave the table when it made it. Not among the table's verbs, and over a client of its own: only who needs it
 * carries its code, and it is asked for once in the life of a function.
 */
export const tableIdentity = (TableName: string) => async (): Promise<string> => {
  tally.add('tableCalls');
  const client = new DynamoDBClient(clientDefaults({ requestTimeout: 2_000 }));
  try {
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    return Table?.TableId ?? refuse('INTERNAL', 'name the table', 'it has no id');
  } catch (error) {
    return rethrow(error);
  } finally {
    client.destroy();
  }
};
