import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
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

const host = new URL('../../../local/dynamodb/database.ts', import.meta.url);
/** A host that starts the database, says where it is, and then just lives. */
const hostProgram = `
  const { startDatabase } = await import('${host}');
  const clock = { now: Date.now, sleep: () => new Promise(() => {}) };
  const { endpoint } = await startDatabase({ folder: process.env.FOLDER, clock });
  process.stdout.write(endpoint);
  setInterval(() => {}, 60_000);`;

async function isListening(endpoint: string): Promise<boolean> {
  return fetch(endpoint).then(
    () => true,
    () => false,
  );
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

  test('removes what has expired by the clock of the host, and nothing else', async () => {
    const clock = createClock();
    const database = await startDatabase({ folder, clock });
    await createTableFrom(database, 'Chat', chatTable);
    const seconds = (fromNow: number) => ({ N: String(Math.floor(clock.now() / 1000) + fromNow) });
    await putItem(database, 'expired', { ttl: seconds(3600) });
    await putItem(database, 'alive', { ttl: seconds(7300) });
    await putItem(database, 'no number', { ttl: { S: '1700000000' } });
    await putItem(database, 'too old', { ttl: seconds(-6 * 365 * 86_400) });
    await database.removeExpired();
    expect(await getItem(database, 'expired')).toBeDefined();
    clock.advance(7_200_000);
    await vi.waitFor(async () => expect(await getItem(database, 'expired')).toBeUndefined());
    for (const id of ['alive', 'no number', 'too old']) expect(await getItem(database, id)).toBeDefined();
    await database.close();
  });

  test('dies with a host that is killed, and what it had answered is there', async () => {
    const env = { ...process.env, FOLDER: folder };
    const child = spawn(process.execPath, ['--input-type=module', '-e', hostProgram], { env });
    const [endpoint] = await once(child.stdout, 'data');
    vi.stubEnv('DYNAMODB_ENDPOINT', String(endpoint));
    await putItem(await startDatabase({ folder, clock: createClock() }), 'answered');
    vi.unstubAllEnvs();
    child.kill('SIGKILL');
    await once(child, 'exit');
    await vi.waitFor(async () => expect(await isListening(String(endpoint))).toBe(false));
    const database = await startDatabase({ folder, clock: createClock() });
    expect(await getItem(database, 'answered')).toBeDefined();
    await database.close();
  });

  test('forgets stream records after a day but the newest, and goes on counting from it', async () => {
    const clock = createClock();
    const sequence = () => {
      const file = new DatabaseSync(join(folder, 'dynamodb.db'), { readOnly: true });
      const rows = file.prepare('SELECT sequence_number AS it FROM _stream_records ORDER BY id').all();
      file.close();
      return rows.map(({ it }) => Number(it));
    };
    clock.advance(25 * 60 * 60 * 1000);
    const database = await startDatabase({ folder, clock });
    const [newest = 0, ...others] = sequence();
    expect(others).toEqual([]);
    await putItem(database, 'next');
    expect(sequence()).toEqual([newest, newest + 1]);
    await database.close();
  });

  test('without its program names both remedies in one sentence', async () => {
    vi.stubGlobal('process', { ...process, platform: 'plan9', env: {} });
    await expect(startDatabase({ folder, clock: createClock() })).rejects.toThrow(
      /^unable to start the database; @dynoxide\/plan9-\w+ is not installed: .*npm ci.* set DYNAMODB_ENDPOINT .*$/,
    );
    vi.unstubAllGlobals();
  });

  test('is not needed when DYNAMODB_ENDPOINT names another', async () => {
    const other = await startDatabase({ folder: ':memory:', clock: createClock() });
    vi.stubEnv('DYNAMODB_ENDPOINT', other.endpoint);
    const database = await startDatabase({ folder, clock: createClock() });
    vi.unstubAllEnvs();
    expect(database.endpoint).toBe(other.endpoint);
    await createTableFrom(database, 'Chat', chatTable);
    await database.close();
    await other.close();
  });
});
