import { mkdir } from 'node:fs/promises';
import { Agent } from 'node:http';
import { join } from 'node:path';
import { post } from '../aws/post.ts';
import type { Clock, JsonObject, Resource } from '../types.ts';
import { startDynoxide } from './dynoxide.ts';
import { tidyStream } from './housekeeping.ts';
import { createTableInput, timeToLiveAttribute } from './table-definition.ts';
import { createTimeToLive } from './time-to-live.ts';

const SWEEP_EVERY_MS = 60_000;
const TIDY_EVERY_MS = 60 * 60 * 1000;

export interface Answer {
  status: number;
  body: string;
}

/** The embedded database, or the one that DYNAMODB_ENDPOINT names. */
export interface Database {
  endpoint: string;
  /** One call as it goes over the wire, for example `PutItem` or `DynamoDBStreams_20120810.GetRecords`. */
  call(target: string, body: string | Buffer): Promise<Answer>;
  /** Makes the table unless it is there. */
  ensureTable(table: Pick<Resource, 'ref' | 'properties'>): Promise<void>;
  /** Removes expired items now; otherwise it is done every minute of the clock. */
  removeExpired(): Promise<void>;
  /** Whether an item was removed at this time (of the machine) because it had expired. */
  hasExpired(keys: JsonObject, atMs: number): boolean;
  close(): Promise<void>;
}

/** `folder` holds the data; `:memory:` keeps none. */
export async function startDatabase({ folder, clock }: { folder: string; clock: Clock }): Promise<Database> {
  const external = process.env.DYNAMODB_ENDPOINT;
  if (external) return connect(external, clock, async () => {});
  const file = folder === ':memory:' ? undefined : join(folder, 'dynamodb.db');
  if (file !== undefined) await mkdir(folder, { recursive: true });
  const dynoxide = await startDynoxide(file);
  const stopping = new AbortController();
  if (file !== undefined) {
    tidyStream(file, clock.now());
    repeat(clock, TIDY_EVERY_MS, stopping.signal, async () => tidyStream(file, clock.now()));
  }
  const database = connect(dynoxide.endpoint, clock, async () => {
    stopping.abort();
    await dynoxide.close();
  });
  repeat(clock, SWEEP_EVERY_MS, stopping.signal, database.removeExpired);
  return database;
}

/** The template's table under a name of the caller's choice, for tests without a whole deployment. */
export function createTableFrom(database: Database, name: string, properties: JsonObject): Promise<void> {
  return database.ensureTable({ ref: name, properties });
}

function connect(endpoint: string, clock: Clock, stop: () => Promise<void>): Database {
  const agent = new Agent({ keepAlive: true });
  const call: Database['call'] = (target, body) => post(agent, endpoint, headersFor(target), body);
  const timeToLive = createTimeToLive(call, clock);
  return {
    endpoint,
    call,
    removeExpired: timeToLive.sweep,
    hasExpired: timeToLive.removed,
    async ensureTable(table) {
      await ensureTable(call, table);
      timeToLive.watch(table);
    },
    async close() {
      await stop();
      agent.destroy();
    },
  };
}

/** Dynoxide wants a signature's shape, and never checks it. */
function headersFor(target: string): Record<string, string> {
  return {
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': target.includes('.') ? target : `DynamoDB_20120810.${target}`,
    'x-amz-date': '20260101T000000Z',
    authorization:
      'AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
  };
}

async function ensureTable(call: Database['call'], table: Pick<Resource, 'ref' | 'properties'>): Promise<void> {
  const made = await call('CreateTable', JSON.stringify(createTableInput(table.ref, table.properties)));
  if (made.body.includes('#ResourceInUseException')) return;
  refuseFailure('CreateTable', table.ref, made);
  const attribute = timeToLiveAttribute(table.properties);
  if (attribute === undefined) return;
  const TimeToLiveSpecification = { Enabled: true, AttributeName: attribute };
  const live = await call('UpdateTimeToLive', JSON.stringify({ TableName: table.ref, TimeToLiveSpecification }));
  refuseFailure('UpdateTimeToLive', table.ref, live);
}

function refuseFailure(operation: string, table: string, answer: Answer): void {
  if (answer.status !== 200) throw new Error(`unable to ${operation} ${table}; ${answer.body}`);
}

async function repeat(clock: Clock, everyMs: number, stop: AbortSignal, task: () => Promise<void>): Promise<void> {
  for (;;) {
    await clock.sleep(everyMs, stop);
    if (stop.aborted) return;
    // A failed round is repeated at the next; a database that died is told by every call of a function.
    await task().catch(() => {});
  }
}
