import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type Table, tableOf } from '../../lambdas/data/table.ts';

/** The table over a client that adds up the capacity of its calls; `units` gives the sum and starts anew. */
export function meteredTable(endpoint: string): { table: Table; units: () => number } {
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
