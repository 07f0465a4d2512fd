import middy from '@middy/core';
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { log } from '../runtime/log.ts';
import { tally } from '../runtime/tally.ts';
import { logInvocation } from './log-invocation.ts';
import { untilKilled } from './until-killed.ts';

type StreamImage = NonNullable<NonNullable<DynamoDBRecord['dynamodb']>['NewImage']>;

/** One write: the item before it and after it. The first has no image before it, and a removal none after it. */
export interface StreamWrite {
  before?: StreamImage;
  after?: StreamImage;
  /** When it was made, to the second. */
  atMs: number;
}

export interface StreamRules<Change> {
  operation: string;
  /** What a record stands for; nothing where there is nothing to do. Throws on one that can't be understood. */
  read: (write: StreamWrite) => Change | undefined;
  /** Handles the changes that were read; gives the positions of those that failed. */
  act: (changes: Change[]) => Promise<{ failed: number[]; delivered?: number }>;
}

/**
 * A batch of the table's stream. A record fails alone: Lambda is told the first that did and goes on from there. Where that is the
 * very first of several, the batch is failed as a whole instead, which makes Lambda halve it without counting a try: so a record
 * that never succeeds is soon alone, and is parked after its tries while the others go on.
 */
export const streamHandler = <Change>({ operation, read, act }: StreamRules<Change>) =>
  middy<DynamoDBStreamEvent, DynamoDBBatchResponse>(untilKilled)
    .use(logInvocation(() => operation))
    .handler(async ({ Records }) => {
      const { changes, positions, unreadable } = readAll(Records, read);
      const { failed, delivered = 0 } = await act(changes);
      tally.add('events', delivered);
      if (failed.length > 0) log.warn('changes that could not be told now', { count: failed.length });
      const first = Math.min(...unreadable, ...failed.map((position) => positions[position] ?? 0));
      if (first === 0 && Records.length > 1) throw new Error('unable to handle the first record of a batch');
      const itemIdentifier = Records[first]?.dynamodb?.SequenceNumber;
      return { batchItemFailures: itemIdentifier ? [{ itemIdentifier }] : [] };
    });

function readAll<Change>(records: DynamoDBRecord[], read: StreamRules<Change>['read']) {
  const changes: Change[] = [];
  const positions: number[] = [];
  const unreadable: number[] = [];
  for (const [position, record] of records.entries()) {
    try {
      const change = read(writeIn(record));
      if (change === undefined) continue;
      changes.push(change);
      positions.push(position);
    } catch (error) {
      log.error('a stream record that can not be understood', error);
      unreadable.push(position);
    }
  }
  return { changes, positions, unreadable };
}

const writeIn = ({ dynamodb = {} }: DynamoDBRecord): StreamWrite => ({
  ...(dynamodb.OldImage && { before: dynamodb.OldImage }),
  ...(dynamodb.NewImage && { after: dynamodb.NewImage }),
  atMs: (dynamodb.ApproximateCreationDateTime ?? 0) * 1_000,
});
