import { Duration } from 'aws-cdk-lib';
import { type FilterCriteria, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { DynamoEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { ChatFunction } from './chat-function.ts';
import type { ChatTable } from './chat-table.ts';

export interface StreamReading {
  /** Each as FilterCriteria.filter() makes it; a record that passes one of them is read. */
  filters: ReturnType<typeof FilterCriteria.filter>[];
  /** Beside the first. The record's place in line is held up meanwhile, and all behind it. */
  retryAttempts: number;
  /** Where Lambda says which records the function has given up on; the stream itself keeps them for a day. */
  parked: IQueue;
}

/**
 * Left to its defaults a stream mapping retries one bad record for a day and holds up its whole shard: every bound is set. AWS advises no
 * more than two functions on the stream of a table.
 */
export function readStream(
  fn: ChatFunction,
  table: ChatTable,
  { filters, retryAttempts, parked }: StreamReading,
): void {
  fn.allow(['sqs:SendMessage'], [parked.queueArn]);
  const source = new DynamoEventSource(table, {
    // LATEST may miss what is written while the mapping is being made.
    startingPosition: StartingPosition.TRIM_HORIZON,
    filters,
    batchSize: 100,
    maxBatchingWindow: Duration.seconds(0),
    parallelizationFactor: 10,
    reportBatchItemFailures: true,
    bisectBatchOnError: true,
    retryAttempts,
    maxRecordAge: Duration.hours(1),
    onFailure: { bind: () => ({ destination: parked.queueArn }) },
  });
  fn.addEventSource(source);
}
