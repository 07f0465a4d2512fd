import type { Database } from '../dynamodb/database.ts';
import type { JsonObject } from '../types.ts';

/** A stream record as the database writes it. */
export interface RawRecord {
  eventName: string;
  dynamodb: JsonObject & {
    Keys: JsonObject;
    NewImage?: JsonObject;
    OldImage?: JsonObject;
    SequenceNumber: string;
    SizeBytes: number;
    ApproximateCreationDateTime: number;
  };
  userIdentity?: JsonObject;
}

export interface StreamReader {
  shardId: string;
  /** The next records, and whether they reach the end. A call that fails can be repeated. */
  next(): Promise<{ records: RawRecord[]; isAtEnd: boolean }>;
}

interface Start {
  /** The sequence number of the last record that is done. */
  after: string | undefined;
  startsAtEnd: boolean;
}

const PAGE = 1000;

/** The database's own name of the table's stream, another one after the table was made anew. */
export async function streamOf(database: Database, table: string): Promise<string> {
  const { Streams: streams } = await ask<{ Streams: { StreamArn: string }[] }>(database, 'ListStreams', {
    TableName: table,
  });
  const arn = streams.at(-1)?.StreamArn;
  if (arn === undefined) throw new Error(`unable to read the stream of ${table}; it has none`);
  return arn;
}

/**
 * Reads a stream from its only shard. Raw JSON, because the SDK would turn binary values and times into its own types,
 * where a Lambda event has base64 and seconds. (DescribeStream calls this shard closed; the embedded database is wrong.)
 */
export async function openStream(database: Database, stream: string, start: Start): Promise<StreamReader> {
  const description = { StreamDescription: { Shards: [] as { ShardId: string }[] } };
  const { StreamDescription: shards } = await ask<typeof description>(database, 'DescribeStream', {
    StreamArn: stream,
  });
  const shardId = shards.Shards.at(-1)?.ShardId ?? '';
  const from = { StreamArn: stream, ShardId: shardId, ...positionOf(start) };
  let { ShardIterator: iterator } = await ask<{ ShardIterator: string }>(database, 'GetShardIterator', from);
  return {
    shardId,
    async next() {
      const page = { ShardIterator: iterator, Limit: PAGE };
      const answer = await ask<{ Records: RawRecord[]; NextShardIterator: string }>(database, 'GetRecords', page);
      iterator = answer.NextShardIterator;
      return {
        records: answer.Records.map((record) => signed(record, database)),
        isAtEnd: answer.Records.length < PAGE,
      };
    },
  };
}

/** A removal of an expired item says that it was DynamoDB's own; any other is a caller's, and says nothing. */
function signed(record: RawRecord, database: Database): RawRecord {
  const { Keys, ApproximateCreationDateTime: seconds } = record.dynamodb;
  if (record.eventName !== 'REMOVE' || !database.hasExpired(Keys, seconds * 1000)) return record;
  return { ...record, userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' } };
}

function positionOf({ after, startsAtEnd }: Start): JsonObject {
  if (after !== undefined) return { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: after };
  return { ShardIteratorType: startsAtEnd ? 'LATEST' : 'TRIM_HORIZON' };
}

async function ask<Output>(database: Database, operation: string, input: JsonObject): Promise<Output> {
  const { status, body } = await database.call(`DynamoDBStreams_20120810.${operation}`, JSON.stringify(input));
  if (status !== 200) throw new Error(`unable to ${operation}; ${body}`);
  return JSON.parse(body);
}
