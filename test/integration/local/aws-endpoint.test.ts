import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  ProvisionedThroughputExceededException,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type AwsEndpoint, createAwsEndpoint } from '../../../local/aws/endpoint.ts';
import { createClock } from '../../../local/clock.ts';
import { createTableFrom, type Database, startDatabase } from '../../../local/dynamodb/database.ts';
import { createDynamoDbService } from '../../../local/dynamodb/service.ts';
import { createFaults } from '../../../local/faults.ts';
import { createIam } from '../../../local/iam/iam.ts';
import { createMeter } from '../../../local/meter.ts';
import { chatTable } from './chat-table.ts';
import { deploymentAllowing } from './deployment.ts';

const TableName = 'Chat';
const key = (id: string) => ({ PK: { S: id }, SK: { S: 'x' } });
const region = 'us-east-1';
const queryOfIndex = {
  TableName,
  IndexName: 'GSI1',
  KeyConditionExpression: 'GSI1PK = :pk',
  ExpressionAttributeValues: { ':pk': { S: 'u' } },
};
const deletion = { TransactItems: [{ Delete: { TableName, Key: key('small') } }] };
const Resource = `arn:aws:dynamodb:${region}:000000000000:table/${TableName}`;
const ofRates = { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['RATE#*'] } };
const deployment = deploymentAllowing(
  [
    { Effect: 'Allow', Action: ['dynamodb:PutItem', 'dynamodb:Query'], Resource },
    { Effect: 'Allow', Action: 'dynamodb:UpdateItem', Resource, Condition: ofRates },
  ],
  { Table: { Type: 'AWS::DynamoDB::GlobalTable', Properties: { ...chatTable, TableName } } },
);

describe('DynamoDB through the AWS endpoint', () => {
  const meter = createMeter();
  const onCrash = vi.fn();
  const faults = createFaults(onCrash);
  const notifyWrite = vi.fn();
  let database: Database;
  let endpoint: AwsEndpoint;
  let admin: DynamoDBClient;
  let worker: DynamoDBClient;

  const clientOf = (accessKeyId: string) =>
    new DynamoDBClient({
      endpoint: endpoint.url,
      region,
      maxAttempts: 1,
      credentials: { accessKeyId, secretAccessKey: 'any', sessionToken: 'worker-1' },
    });

  beforeAll(async () => {
    database = await startDatabase({ folder: ':memory:', clock: createClock() });
    await createTableFrom(database, TableName, chatTable);
    const dynamodb = createDynamoDbService({ database, meter, deployment, notifyWrite });
    endpoint = await createAwsEndpoint({ services: { dynamodb }, iam: createIam(deployment), faults });
    admin = clientOf('local-admin');
    worker = clientOf('local-Worker');
  });
  beforeEach(() => {
    faults.clear();
    meter.reset();
    vi.clearAllMocks();
  });
  afterAll(async () => {
    admin.destroy();
    worker.destroy();
    await endpoint.close();
    await database.close();
  });

  test.each([undefined, 'NONE' as const])(
    'a small put costs one write unit, is told to the stream, and answers without capacity (%s)',
    async (ReturnConsumedCapacity) => {
      const answer = await admin.send(new PutItemCommand({ TableName, Item: key('small'), ReturnConsumedCapacity }));
      expect(answer.ConsumedCapacity).toBeUndefined();
      expect(meter.report().dynamodb).toMatchObject({ writeUnits: 1, readUnits: 0, calls: { PutItem: 1 } });
      expect(notifyWrite).toHaveBeenCalledOnce();
    },
  );

  test('capacity is answered to whoever asks for it', async () => {
    const get = new GetItemCommand({ TableName, Key: key('none'), ReturnConsumedCapacity: 'TOTAL' });
    expect((await admin.send(get)).ConsumedCapacity).toMatchObject({ CapacityUnits: 0.5 });
  });

  test('a failed condition raises the named exception and is billed', async () => {
    await admin.send(new PutItemCommand({ TableName, Item: key('taken') }));
    meter.reset();
    const again = new PutItemCommand({
      TableName,
      Item: key('taken'),
      ConditionExpression: 'attribute_not_exists(PK)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    const refusal = await admin.send(again).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(ConditionalCheckFailedException);
    expect(refusal).toMatchObject({ Item: key('taken') });
    expect(meter.report().dynamodb.writeUnits).toBe(1);
  });

  test('a transaction is billed twice', async () => {
    const items = ['one', 'two'].map((id) => ({ Put: { TableName, Item: key(id) } }));
    await admin.send(new TransactWriteItemsCommand({ TransactItems: items }));
    expect(meter.report().dynamodb.writeUnits).toBe(4);
  });

  test.each([
    ['GetItem', (client: DynamoDBClient) => client.send(new GetItemCommand({ TableName, Key: key('small') })), ''],
    ['Query', (client: DynamoDBClient) => client.send(new QueryCommand(queryOfIndex)), '/index/GSI1'],
    ['DeleteItem', (client: DynamoDBClient) => client.send(new TransactWriteItemsCommand(deletion)), ''],
  ])('what no policy allows is refused in the words of AWS: %s', async (action, send, suffix) => {
    await expect(send(worker)).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: `User: arn:aws:sts::000000000000:assumed-role/Test-Role/Test-Worker is not authorized to perform: dynamodb:${action} on resource: arn:aws:dynamodb:us-east-1:000000000000:table/Chat${suffix} because no identity-based policy allows the dynamodb:${action} action`,
    });
  });

  test('what the policy allows works', async () => {
    await worker.send(new PutItemCommand({ TableName, Item: key('allowed') }));
    expect(meter.report().dynamodb.byFunction.Worker).toMatchObject({ writeUnits: 1 });
  });

  test('a condition on the leading keys allows those, and no other', async () => {
    const update = (id: string) => worker.send(new UpdateItemCommand({ TableName, Key: key(id) }));
    await update('RATE#bob');
    await expect(update('USER#bob')).rejects.toThrow('is not authorized to perform: dynamodb:UpdateItem on resource: ');
  });

  test('a stranger is refused', async () => {
    const stranger = clientOf('local-Nobody');
    const put = stranger.send(new PutItemCommand({ TableName, Item: key('small') }));
    await expect(put).rejects.toMatchObject({ name: 'UnrecognizedClientException' });
    stranger.destroy();
  });

  const fault = { service: 'dynamodb', operation: 'PutItem', times: 1 };

  test('a fault before the call prevents it', async () => {
    faults.add([{ ...fault, error: 'ProvisionedThroughputExceededException', when: 'before' }]);
    const put = admin.send(new PutItemCommand({ TableName, Item: key('prevented') }));
    await expect(put).rejects.toBeInstanceOf(ProvisionedThroughputExceededException);
    expect((await admin.send(new GetItemCommand({ TableName, Key: key('prevented') }))).Item).toBeUndefined();
  });

  test('a fault after the call loses just its answer', async () => {
    faults.add([{ ...fault, error: 'InternalServerError', when: 'after' }]);
    const put = admin.send(new PutItemCommand({ TableName, Item: key('unanswered') }));
    await expect(put).rejects.toMatchObject({ name: 'InternalServerError' });
    expect((await admin.send(new GetItemCommand({ TableName, Key: key('unanswered') }))).Item).toBeDefined();
  });

  test('a crash names the worker and never answers', async () => {
    faults.add([{ ...fault, function: 'Worker', error: 'crash', when: 'before' }]);
    const giveUp = new AbortController();
    const put = worker.send(new PutItemCommand({ TableName, Item: key('crashed') }), { abortSignal: giveUp.signal });
    await vi.waitFor(() => expect(onCrash).toHaveBeenCalledWith({ functionId: 'Worker', workerId: 'worker-1' }));
    giveUp.abort();
    await expect(put).rejects.toMatchObject({ name: 'AbortError' });
  });
});
