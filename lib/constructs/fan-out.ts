import { Duration } from 'aws-cdk-lib';
import { FilterCriteria, FilterRule } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { DeduplicationScope, FifoThroughputLimit, type IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { ChatFunction, type House } from './chat-function.ts';
import { ChatQueue, parkingQueue } from './chat-queue.ts';
import type { ChatTable } from './chat-table.ts';
import { readStream } from './table-stream.ts';
import type { ChatWebSocketApi } from './websocket-api.ts';

export interface FanOutProps {
  house: House;
  table: ChatTable;
  webSocketApi: ChatWebSocketApi;
  notificationQueue: IQueue;
  presenceQueue: IQueue;
}

const RETRY_TIMEOUT_SECONDS = 5;
const SLICE_TIMEOUT_SECONDS = 15;

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
    const queues = { retryQueue, sliceQueue: sliceQueue(this) };
    fanOut(this, props, queues);
    postSlices(this, props, queues);
    retryFrames(this, props, retryQueue);
  }
}

interface Queues {
  retryQueue: IQueue;
  sliceQueue: IQueue;
}

function fanOut(
  scope: Construct,
  { house, table, webSocketApi, notificationQueue, presenceQueue }: FanOutProps,
  { retryQueue, sliceQueue }: Queues,
): void {
  const fn = new ChatFunction(scope, 'FanOut', {
    house,
    entry: 'stream/fan-out',
    environment: { PRESENCE_GRACE_SECONDS: String(house.stage.presenceGraceSeconds) },
    timeoutSeconds: 30,
    memoryMegabytes: 512,
  });
  fn.bindTable(table, 'Query', 'BatchGetItem', 'UpdateItem');
  webSocketApi.bindCallback(fn);
  fn.bindQueue('NOTIFICATION_QUEUE_URL', notificationQueue);
  fn.bindQueue('RETRY_QUEUE_URL', retryQueue);
  fn.bindQueue('SLICE_QUEUE_URL', sliceQueue);
  fn.bindQueue('PRESENCE_QUEUE_URL', presenceQueue);
  readStream(fn, table, {
    retryAttempts: 5,
    parked: parkingQueue(scope, 'UnreadableRecords'),
    // A write with nothing to announce has no `emit`: it invokes nothing, which also keeps FanOut's own writes from looping.
    filters: [
      FilterCriteria.filter({ dynamodb: { NewImage: { emit: { S: FilterRule.exists() } } } }),
      // Who was there when the table's clean-up took their connections away: no `$disconnect` told of their end.
      FilterCriteria.filter({
        eventName: FilterRule.isEqual('REMOVE'),
        dynamodb: { OldImage: { entity: { S: FilterRule.isEqual('connections') } } },
      }),
    ],
  });
}

/** Slices of large conversations: in order for each member, and side by side for all of them. */
function sliceQueue(scope: Construct): ChatQueue {
  return new ChatQueue(scope, 'SliceQueue', {
    fifo: true,
    // A batch of the stream that comes again says what was said in the same words.
    contentBasedDeduplication: true,
    deduplicationScope: DeduplicationScope.MESSAGE_GROUP,
    // Without this a queue takes 300 calls a second, whatever the number of groups.
    fifoThroughputLimit: FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
    // Twice the timeout and not six times: nobody behind it in its group hears anything meanwhile.
    visibilityTimeout: Duration.seconds(2 * SLICE_TIMEOUT_SECONDS),
    deadLetterQueue: { queue: parkingQueue(scope, 'SliceDeadLetters', { fifo: true }), maxReceiveCount: 4 },
  });
}

function postSlices(
  scope: Construct,
  { house, table, webSocketApi, notificationQueue }: FanOutProps,
  { retryQueue, sliceQueue }: Queues,
): void {
  const fn = new ChatFunction(scope, 'PostSlice', {
    house,
    entry: 'queue/post-slice',
    timeoutSeconds: SLICE_TIMEOUT_SECONDS,
    memoryMegabytes: 512,
  });
  fn.bindTable(table, 'BatchGetItem', 'UpdateItem');
  webSocketApi.bindCallback(fn);
  fn.bindQueue('NOTIFICATION_QUEUE_URL', notificationQueue);
  fn.bindQueue('RETRY_QUEUE_URL', retryQueue);
  fn.addEventSource(new SqsEventSource(sliceQueue, { batchSize: 10, reportBatchItemFailures: true }));
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
