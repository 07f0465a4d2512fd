import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { createClock } from '../../local/clock.ts';
import { createTableFrom, startDatabase } from '../../local/dynamodb/database.ts';
import { percentile } from './percentile.ts';
import { type Figure, plain } from './table.ts';

const rounds = 300;
const side = 50;
const measuredMs = 3_000;
const table = {
  KeySchema: [{ AttributeName: 'PK', KeyType: 'HASH' }],
  AttributeDefinitions: [{ AttributeName: 'PK', AttributeType: 'S' }],
  BillingMode: 'PAY_PER_REQUEST',
  StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
};

/**
 * What is left when everything but the three writes of a send is taken away: the SDK straight to the database. The figures of this
 * machine are to be read against it: a machine half as fast has twice the floor.
 */
export async function floor(folder: string): Promise<Figure[]> {
  const database = await startDatabase({ folder, clock: createClock() });
  const client = new DynamoDBClient({
    endpoint: database.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  await createTableFrom(database, 'Floor', table);
  const times: number[] = [];
  for (let n = 0; n < rounds; n += 1) times.push(await threeWrites(client, 'one'));
  const perSecond = await inParallel(client);
  client.destroy();
  await database.close();
  return [
    plain('the floor, three writes by the SDK straight to the database: p50', percentile(times, 0.5), 'ms'),
    plain('the floor, three writes, 50 side by side', perSecond, 'a second', 0),
  ];
}

async function threeWrites(client: DynamoDBClient, key: string): Promise<number> {
  const startedAt = performance.now();
  for (let n = 0; n < 3; n += 1) {
    await client.send(
      new UpdateItemCommand({
        TableName: 'Floor',
        Key: { PK: { S: key } },
        UpdateExpression: 'ADD n :one',
        ExpressionAttributeValues: { ':one': { N: '1' } },
        ReturnValues: 'ALL_NEW',
      }),
    );
  }
  return performance.now() - startedAt;
}

async function inParallel(client: DynamoDBClient): Promise<number> {
  const startedAt = performance.now();
  let done = 0;
  const keepWriting = async (key: string) => {
    while (performance.now() - startedAt < measuredMs) {
      await threeWrites(client, key);
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: side }, (_, n) => keepWriting(`key${n}`)));
  return (done * 1_000) / (performance.now() - startedAt);
}
