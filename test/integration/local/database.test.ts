import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createClock } from '../../../local/clock.ts';
import { createTableFrom, type Database, startDatabase } from '../../../local/dynamodb/database.ts';
import { chatTable } from './chat-table.ts';

async function getItem(database: Database, id: string): Promise<unknown> {
  const Key = { PK: { S: id }, SK: { S: 'x' } };
  const answer = await database.call('GetItem', JSON.stringify({ TableName: 'Chat', Key }));
  return JSON.parse(answer.body).Item;
}

async function putItem(database: Database, id: string, more: object = {}): Promise<void> {
  const Item = { PK: { S: id }, SK: { S: 'x' }, ...more };
  const answer = await database.call('PutItem', JSON.stringify({ TableName: 'Chat', Item }));
  expect(answer).toMatchObject({ status: 200 });
}

describe('the embedded database', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-database-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('keeps its data over a restart, and takes the table that is there', async () => {
    const before = await startDatabase({ folder, clock: createClock() });
    await createTableFrom(before, 'Chat', chatTable);
    await putItem(before, 'kept');
    await before.close();

    const after = await startDatabase({ folder, clock: createClock() });
    await createTableFrom(after, 'Chat', chatTable);
    expect(await getItem(after, 'kept')).toEqual({ PK: { S: 'kept' }, SK: { S: 'x' } });
    await after.close();
  });

  test('removes expired items when told to', async () => {
    const database = await startDatabase({ folder, clock: createClock() });
    await putItem(database, 'expired', { ttl: { N: '1700000000' } });
    await putItem(database, 'alive', { ttl: { N: '4000000000' } });
    await database.removeExpired();
    expect(await getItem(database, 'expired')).toBeUndefined();
    expect(await getItem(database, 'alive')).toBeDefined();
    await database.close();
  });
});
