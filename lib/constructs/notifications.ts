import { Duration } from 'aws-cdk-lib';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Construct } from 'constructs';
import { ChatFunction, type House } from './chat-function.ts';
import { ChatQueue, parkingQueue } from './chat-queue.ts';
import type { ChatTable } from './chat-table.ts';
import { endpointArns } from './push-applications.ts';

export interface NotificationsProps {
  house: House;
  table: ChatTable;
}

const NOTIFY_TIMEOUT_SECONDS = 30;

/** From "this member has no live connection" to a push: a short wait, another look, and SNS. */
export class Notifications extends Construct {
  readonly queue: ChatQueue;

  constructor(scope: Construct, id: string, { house, table }: NotificationsProps) {
    super(scope, id);
    this.queue = new ChatQueue(this, 'Queue', {
      deliveryDelay: Duration.seconds(house.stage.pushDelaySeconds),
      // Six times the function's timeout leaves Lambda room to retry a throttled batch (with-sqs, AWS).
      visibilityTimeout: Duration.seconds(6 * NOTIFY_TIMEOUT_SECONDS),
      deadLetterQueue: { queue: parkingQueue(this, 'DeadLetters'), maxReceiveCount: 5 },
    });
    const notify = new ChatFunction(this, 'Notify', {
      house,
      entry: 'queue/notify',
      timeoutSeconds: NOTIFY_TIMEOUT_SECONDS,
    });
    notify.bindTable(table, 'Query', 'BatchGetItem', 'DeleteItem');
    notify.allow(['sns:Publish'], endpointArns(house.stage.platformApplications));
    notify.addEventSource(new SqsEventSource(this.queue, { batchSize: 10, reportBatchItemFailures: true }));
  }
}
