import { Stack } from 'aws-cdk-lib';
import { HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import type { ChatBucket } from './chat-bucket.ts';
import { ChatFunction, type House } from './chat-function.ts';
import { type ChatQueue, parkingQueue } from './chat-queue.ts';
import type { ChatTable } from './chat-table.ts';
import { parkingAlarm } from './parking-alarm.ts';
import { sendFunction } from './send-function.ts';

export interface SchedulingProps {
  house: House;
  table: ChatTable;
  /** Where what messages carry is. */
  bucket: ChatBucket;
}

/**
 * Shorter than the least time that a message is scheduled ahead (`leastLeadMs`): a function that wrote a message down after its
 * schedule had fired would leave it unsent.
 */
const MANAGE_TIMEOUT_SECONDS = 8;

/** Messages that wait for their time: one schedule of EventBridge Scheduler each, and the function that they start. */
export class Scheduling extends Construct {
  readonly #group: CfnScheduleGroup;
  readonly #send: ChatFunction;
  readonly #role: Role;
  readonly #deadLetters: ChatQueue;

  constructor(scope: Construct, id: string, { house, table, bucket }: SchedulingProps) {
    super(scope, id);
    this.#group = new CfnScheduleGroup(this, 'Group', { name: Stack.of(this).stackName });
    this.#deadLetters = parkingQueue(this, 'DeadLetters');
    parkingAlarm(this.#deadLetters, 'Scheduled messages are parked: docs/scheduled-messages.md says what to do.');
    this.#send = sendFunction(this, 'SendScheduled', {
      house,
      table,
      entry: 'schedule/send-scheduled',
      deadLetterQueue: this.#deadLetters,
    });
    bucket.bindSend(this.#send, table);
    this.#role = this.#schedulerRole();
  }

  /** Names in SCHEDULES what a schedule is made of, and allows making and removing them. */
  bindSchedules(fn: ChatFunction): void {
    const stack = Stack.of(this);
    const settings = {
      url: `https://scheduler.${stack.region}.${stack.urlSuffix}`,
      group: this.#groupName,
      targetArn: this.#send.functionArn,
      roleArn: this.#role.roleArn,
      deadLetterArn: this.#deadLetters.queueArn,
    };
    fn.addEnvironment('SCHEDULES', stack.toJsonString(settings));
    const schedules = stack.formatArn({
      service: 'scheduler',
      resource: 'schedule',
      resourceName: `${this.#groupName}/*`,
    });
    fn.allow(['scheduler:CreateSchedule', 'scheduler:DeleteSchedule'], [schedules]);
    fn.allow(['iam:PassRole'], [this.#role.roleArn]);
  }

  get #groupName(): string {
    return Stack.of(this).stackName;
  }

  /** As whom Scheduler acts, for schedules of this group alone. */
  #schedulerRole(): Role {
    const { account } = Stack.of(this);
    const role = new Role(this, 'SchedulerRole', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': account, 'aws:SourceArn': this.#group.attrArn } },
      }),
    });
    const allow = (action: string, resource: string) =>
      role.addToPolicy(new PolicyStatement({ actions: [action], resources: [resource] }));
    allow('lambda:InvokeFunction', this.#send.functionArn);
    allow('sqs:SendMessage', this.#deadLetters.queueArn);
    return role;
  }
}

const { GET, POST, PATCH, DELETE } = HttpMethod;
const SCHEDULED = '/v1/conversations/{conversationId}/scheduled-messages';

/** What their senders do about them. */
export function manageScheduled(
  scope: Construct,
  { house, table, bucket, scheduling }: SchedulingProps & { scheduling: Scheduling },
) {
  const fn = new ChatFunction(scope, 'ManageScheduled', {
    house,
    entry: 'http/manage-scheduled',
    timeoutSeconds: MANAGE_TIMEOUT_SECONDS,
  });
  fn.bindTable(table, 'GetItem', 'PutItem', 'Query', 'UpdateItem');
  bucket.bindSend(fn, table);
  scheduling.bindSchedules(fn);
  return { fn, routes: { [SCHEDULED]: [POST, GET], [`${SCHEDULED}/{scheduledId}`]: [PATCH, DELETE] } };
}
