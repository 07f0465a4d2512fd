import { Duration } from 'aws-cdk-lib';
import { FilterCriteria, FilterRule, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { DynamoEventSource, SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { ChatFunction, type House } from './chat-function.ts';
import { ChatQueue, parkingQueue } from './chat-queue.ts';
import type { ChatTable } from './chat-table.ts';
import type { ChatWebSocketApi } from './websocket-api.ts';

export interface FanOutProps {
  house: House;
  table: ChatTable;
  webSocketApi: ChatWebSocketApi;
  notificationQueue: IQueue;
}

const RETRY_TIMEOUT_SECONDS = 5;

/** From the table's stream to the members' connections, and what could not be posted to a second try. */
export class FanOut extends Construct {
  constructor(scope: Construct, id: string, props: FanOutProps) {
    super(scope, id);
    const retryQueue = new ChatQueue(this, 'RetryQueue', {
      // A client repairs a lost frame by sync: one that is two minutes late helps nobody.
      retentionPeriod: Duration.minutes(2),
      // Twice the function's timeout and not six times, as AWS advises: the wait between two tries, ten of which fit.
      visibilityTimeout: Duration.seconds(2 * RETRY_TIMEOUT_SECONDS),
    });
    fanOut(this, props, retryQueue);
    retryFrames(this, props, retryQueue);
  }
}

function fanOut(
  scope: Construct,
  { house, table, webSocketApi, notificationQueue }: FanOutProps,
  retryQueue: IQueue,
): void {
  const fn = new ChatFunction(scope, 'FanOut', {
    house,
    entry: 'stream/fan-out',
    timeoutSeconds: 30,
    memoryMegabytes: 512,
  });
  fn.bindTable(table, 'Query', 'BatchGetItem', 'UpdateItem');
  webSocketApi.bindCallback(fn);
  fn.bindQueue('NOTIFICATION_QUEUE_URL', notificationQueue);
  fn.bindQueue('RETRY_QUEUE_URL', retryQueue);
  fn.addEventSource(streamOf(table, fn, parkingQueue(scope, 'UnreadableRecords')));
}

/** Left to its defaults a stream mapping retries one bad record for a day and holds up its whole shard: every bound is set. */
function streamOf(table: ChatTable, fn: ChatFunction, parked: IQueue): DynamoEventSource {
  fn.allow(['sqs:SendMessage'], [parked.queueArn]);
  return new DynamoEventSource(table, {
    // LATEST may miss what is written while the mapping is being made.
    startingPosition: StartingPosition.TRIM_HORIZON,
    // A write with nothing to announce has no `emit`: it invokes nothing, which also keeps FanOut's own writes from looping.
    filters: [FilterCriteria.filter({ dynamodb: { NewImage: { emit: { S: FilterRule.exists() } } } })],
    batchSize: 100,
    maxBatchingWindow: Duration.seconds(0),
    parallelizationFactor: 10,
    reportBatchItemFailures: true,
    bisectBatchOnError: true,
    retryAttempts: 5,
    maxRecordAge: Duration.hours(1),
    onFailure: { bind: () => ({ destination: parked.queueArn }) },
  });
}

function retryFrames(scope: Construct, { house, table, webSocketApi }: FanOutProps, retryQueue: IQueue): void {
  const fn = new ChatFunction(scope, 'RetryFrames', {
    house,
    entry: 'queue/retry-frames',
    timeoutSeconds: RETRY_TIMEOUT_SECONDS,
  });
  fn.bindTable(table, 'UpdateItem');
  webSocketApi.bindCallback(fn);
  fn.addEventSource(new SqsEventSource(retryQueue, { batchSize: 10, reportBatchItemFailures: true }));
}
