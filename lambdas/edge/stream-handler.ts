import middy from '@middy/core';
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { log } from '../runtime/log.ts';
import { logInvocation } from './log-invocation.ts';

export interface StreamRules<Change> {
  /** What a record's image stands for; throws on one that can't be understood. */
  read: (image: NonNullable<NonNullable<DynamoDBRecord['dynamodb']>['NewImage']>) => Change;
  /** Handles the changes that were read; gives the positions of those that failed. */
  act: (changes: Change[]) => Promise<{ failed: number[] }>;
}

/**
 * A batch of the table's stream. A record fails alone: Lambda is told the first that did and goes on from there. Where that is the
 * very first of several, the batch is failed as a whole instead, which makes Lambda halve it without counting a try: so a record
 * that never succeeds is soon alone, and is parked after its tries while the others go on.
 */
export const streamHandler = <Change>({ read, act }: StreamRules<Change>) =>
  middy<DynamoDBStreamEvent, DynamoDBBatchResponse>()
    .use(logInvocation(() => 'stream.fanOut'))
    .handler(async ({ Records }) => {
      const { changes, positions, unreadable } = readAll(Records, read);
      const { failed } = await act(changes);
      const first = Math.min(...unreadable, ...failed.map((position) => positions[position] ?? 0));
      if (first === 0 && Records.length > 1) throw new Error('unable to handle the first record of a batch');
      const itemIdentifier = Records[first]?.dynamodb?.SequenceNumber;
      return { batchItemFailures: itemIdentifier ? [{ itemIdentifier }] : [] };
    });

function readAll<Change>(records: DynamoDBRecord[], read: StreamRules<Change>['read']) {
  const changes: Change[] = [];
  const positions: number[] = [];
  const unreadable: number[] = [];
  for (const [position, { dynamodb }] of records.entries()) {
    try {
      changes.push(read(dynamodb?.NewImage ?? {}));
      positions.push(position);
    } catch (error) {
      log.error('a stream record that can not be understood', error);
      unreadable.push(position);
    }
  }
  return { changes, positions, unreadable };
}
