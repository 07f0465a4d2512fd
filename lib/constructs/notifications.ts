import { Duration } from 'aws-cdk-lib';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Construct } from 'constructs';
import type { Stage } from '../stages.ts';
import { ChatFunction, type House } from './chat-function.ts';
import { ChatQueue, parkingQueue } from './chat-queue.ts';
import type { ChatTable } from './chat-table.ts';
import { bindEventBus, type DomainEvents } from './domain-events.ts';
import { parkingAlarm } from './parking-alarm.ts';
import { endpointArns } from './push-applications.ts';

export interface NotificationsProps {
  house: House;
  table: ChatTable;
  /** Absent where the stage has none. */
  domainEvents?: DomainEvents | undefined;
}

const NOTIFY_TIMEOUT_SECONDS = 30;

/** From "this member was not looking" to a push or an SMS: a short wait, another look, and SNS. */
export class Notifications extends Construct {
  readonly queue: ChatQueue;
  /** Notifications that can't be told: a platform that is switched off, a grant that is missing. `npm run redrive` has them told. */
  readonly deadLetters: ChatQueue;

  constructor(scope: Construct, id: string, { house, table, domainEvents }: NotificationsProps) {
    super(scope, id);
    this.deadLetters = parkingQueue(this, 'DeadLetters');
    this.queue = new ChatQueue(this, 'Queue', {
      deliveryDelay: Duration.seconds(house.stage.pushDelaySeconds),
      // Six times the function's timeout leaves Lambda room to retry a throttled batch (with-sqs, AWS).
      visibilityTimeout: Duration.seconds(6 * NOTIFY_TIMEOUT_SECONDS),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: 5 },
    });
    const advice = 'Notifications are parked. Mend what docs/push.md says, then: npm run redrive';
    parkingAlarm(this.deadLetters, advice);
    const notify = notifyFunction(this, house, table);
    // Back into its own queue goes what waits for the end of quiet hours, and a device that does not take its push now.
    notify.bindQueue('NOTIFICATION_QUEUE_URL', this.queue);
    bindEventBus(notify, domainEvents);
    // Of up to 100 users each: more at a time would not be done within the function's timeout.
    notify.addEventSource(new SqsEventSource(this.queue, { batchSize: 5, reportBatchItemFailures: true }));
  }
}

function notifyFunction(scope: Construct, house: House, table: ChatTable): ChatFunction {
  const { platformApplications, quietHours, sms } = house.stage;
  const notify = new ChatFunction(scope, 'Notify', {
    house,
    entry: 'queue/notify',
    timeoutSeconds: NOTIFY_TIMEOUT_SECONDS,
    environment: { QUIET_HOURS: quietHours, SMS_LIMITS: JSON.stringify(limitsOf(sms)) },
  });
  notify.bindTable(table, 'Query', 'BatchGetItem', 'DeleteItem', 'UpdateItem');
  notify.allow(['dynamodb:Query'], [table.indexArn]);
  notify.allow(['sns:Publish'], endpointArns(platformApplications));
  // A phone number has no ARN: SNS asks for the right to publish to anything.
  if (sms !== 'off') notify.allow(['sns:Publish'], ['*']);
  return notify;
}

const limitsOf = (sms: Stage['sms']) => (sms === 'off' ? { perUserPerDay: 0, perDay: 0 } : sms);
