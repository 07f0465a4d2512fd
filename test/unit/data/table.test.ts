import {
  ConditionalCheckFailedException,
  InternalServerError,
  ProvisionedThroughputExceededException,
  TransactionCanceledException,
  TransactionConflictException,
} from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  GetCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { recordedTable } from '../../helpers/recorded-table.ts';

const key = { PK: 'P', SK: 'S' };
const metadata = { $metadata: {}, message: 'because' };
const cancelled = (...codes: string[]) =>
  new TransactionCanceledException({ ...metadata, CancellationReasons: codes.map((Code) => ({ Code })) });
const networkError = (code: string) => Object.assign(new Error(code), { code });

describe('the table', () => {
  it.each([
    { error: new ProvisionedThroughputExceededException(metadata), code: 'UNAVAILABLE' },
    { error: new InternalServerError(metadata), code: 'UNAVAILABLE' },
    { error: Object.assign(new Error('late'), { name: 'TimeoutError' }), code: 'UNAVAILABLE' },
    { error: networkError('ECONNRESET'), code: 'UNAVAILABLE' },
    { error: networkError('EAI_AGAIN'), code: 'UNAVAILABLE' },
    { error: networkError('EHOSTUNREACH'), code: 'UNAVAILABLE' },
    { error: Object.assign(new Error('<html>'), { $metadata: { httpStatusCode: 502 } }), code: 'UNAVAILABLE' },
    { error: Object.assign(new Error('<html>'), { $metadata: { httpStatusCode: 400 } }), code: undefined },
    { error: Object.assign(new Error('no'), { name: 'AccessDeniedException' }), code: undefined },
    { error: Object.assign(new Error('no'), { name: 'ValidationException' }), code: undefined },
  ])('turns $error.name ($error.message) into $code', async ({ error, code }) => {
    const { mock, table } = recordedTable();
    mock.on(GetCommand).rejects(error);

    const failure = await table.get(key).catch((reason: unknown) => reason);

    expect(failure).toMatchObject(code ? { code, cause: error } : { message: error.message });
  });

  it('repeats a write after a conflict, in which nothing was decided', async () => {
    const { mock, table, calls } = recordedTable();
    mock
      .on(UpdateCommand)
      .rejectsOnce(new TransactionConflictException(metadata))
      .resolves({ Attributes: { done: true } });

    expect(await table.update({ key, update: 'SET a = :a' })).toEqual({ isDone: true, item: { done: true } });
    expect(calls()).toEqual(['Update', 'Update']);
  });

  it('gives up on a conflict that does not end', async () => {
    const { mock, table, calls } = recordedTable();
    mock.on(UpdateCommand).rejects(new TransactionConflictException(metadata));

    await expect(table.update({ key, update: 'SET a = :a' })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(calls()).toHaveLength(6);
  });

  it('gives the item that a failed condition met, in plain values', async () => {
    const { mock, table } = recordedTable();
    const Item = { PK: { S: 'P' }, n: { N: '7' } };
    mock.on(UpdateCommand).rejects(new ConditionalCheckFailedException({ ...metadata, Item }));

    expect(await table.update({ key, update: 'SET a = :a', condition: 'b' })).toEqual({
      isDone: false,
      item: { PK: 'P', n: 7 },
      mayBeOwn: false,
    });
  });

  it.each([
    {
      reason: 'refuses where the first item is there already',
      codes: ['ConditionalCheckFailed', 'None'],
    },
    {
      reason: 'refuses even when another item was in conflict',
      codes: ['ConditionalCheckFailed', 'TransactionConflict'],
    },
  ])('as a transaction $reason', async ({ codes }) => {
    const { mock, table, calls } = recordedTable();
    mock.on(TransactWriteCommand).rejects(cancelled(...codes));

    expect(await table.transact([{ put: key }])).toEqual({ isDone: false, failed: 0, item: undefined });
    expect(calls()).toHaveLength(1);
  });

  it.each(['TransactionConflict', 'ThrottlingError'])('as a transaction says «later» after %s', async (code) => {
    const { mock, table } = recordedTable();
    mock.on(TransactWriteCommand).rejects(cancelled('None', code));

    await expect(table.transact([{ put: key }])).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('writes parts of every kind at once', async () => {
    const { table, input } = recordedTable();
    const other = { PK: 'P', SK: 'T' };

    const outcome = await table.transact([
      { put: other, condition: 'attribute_not_exists(PK)' },
      { key, update: 'SET a = :a', values: { ':a': 1 } },
      { remove: { PK: 'P', SK: 'U' } },
    ]);

    expect(outcome).toEqual({ isDone: true });
    expect(input(0).TransactItems).toMatchObject([
      { Put: { TableName: 'Chat', Item: other, ConditionExpression: 'attribute_not_exists(PK)' } },
      { Update: { Key: key, UpdateExpression: 'SET a = :a', ExpressionAttributeValues: { ':a': 1 } } },
      { Delete: { Key: { PK: 'P', SK: 'U' } } },
    ]);
  });

  it('names the part of a transaction that was refused, and gives the item that it met', async () => {
    const { mock, table } = recordedTable();
    const CancellationReasons = [
      { Code: 'None' },
      { Code: 'ConditionalCheckFailed', Item: { n: { N: '7' } } },
      { Code: 'TransactionConflict' },
    ];
    mock.on(TransactWriteCommand).rejects(new TransactionCanceledException({ ...metadata, CancellationReasons }));

    expect(await table.transact([{ put: key }, { put: key }])).toEqual({ isDone: false, failed: 1, item: { n: 7 } });
  });

  it('tells whether there was anything to remove', async () => {
    const { mock, table } = recordedTable();
    mock.on(DeleteCommand).resolvesOnce({ Attributes: key }).rejects(new ConditionalCheckFailedException(metadata));

    expect(await table.removeExisting(key)).toEqual({ isDone: true, item: key });
    expect(await table.removeExisting(key)).toMatchObject({ isDone: false, item: undefined });
  });

  it('counts over all pages', async () => {
    const { mock, table, input } = recordedTable();
    mock.on(QueryCommand).resolvesOnce({ Count: 3, LastEvaluatedKey: key }).resolves({ Count: 2 });

    expect(await table.count({ keyCondition: 'PK = :pk', values: { ':pk': 'P' } })).toBe(5);
    expect(input(1)).toMatchObject({ Select: 'COUNT', ExclusiveStartKey: key, ConsistentRead: true });
  });

  it('asks again for what a batch read hands back', async () => {
    const { mock, table } = recordedTable();
    const other = { PK: 'P', SK: 'T' };
    mock
      .on(BatchGetCommand)
      .resolvesOnce({ Responses: { Chat: [key] }, UnprocessedKeys: { Chat: { Keys: [other] } } })
      .resolves({ Responses: { Chat: [other] } });

    expect(await table.batchGet([key, other])).toEqual([key, other]);
    expect(mock.commandCalls(BatchGetCommand)[1]?.args[0].input.RequestItems?.Chat?.Keys).toEqual([other]);
  });

  it('writes again what a batch write hands back, and gives up when it never takes it', async () => {
    const { mock, table } = recordedTable();
    mock.on(BatchWriteCommand).resolves({ UnprocessedItems: { Chat: [{ PutRequest: { Item: key } }] } });

    await expect(table.batchPut([key])).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(mock.commandCalls(BatchWriteCommand)).toHaveLength(6);
  });
});
