import { Duration } from 'aws-cdk-lib';
import { HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Construct } from 'constructs';
import { ChatFunction, type House } from './chat-function.ts';
import { ChatQueue } from './chat-queue.ts';
import type { ChatTable } from './chat-table.ts';
import { bindEventBus, type DomainEvents } from './domain-events.ts';
import type { ChatWebSocketApi } from './websocket-api.ts';

export interface PresenceProps {
  house: House;
  table: ChatTable;
  webSocketApi: ChatWebSocketApi;
  /** Absent where the stage has none. */
  domainEvents?: DomainEvents | undefined;
}

const TELL_TIMEOUT_SECONDS = 10;

/** However many come and go at once, messages find functions free. */
const MOST_AT_ONCE = 20;

/** From "somebody came or went" to those whom it concerns: away from messages, so that neither holds up the other. */
export class Presence extends Construct {
  readonly queue: ChatQueue;

  constructor(scope: Construct, id: string, { house, table, webSocketApi, domainEvents }: PresenceProps) {
    super(scope, id);
    this.queue = new ChatQueue(this, 'Queue', {
      // What is not told by then is no news any more: the next change is, and whoever asks is told.
      retentionPeriod: Duration.minutes(10),
      visibilityTimeout: Duration.seconds(6 * TELL_TIMEOUT_SECONDS),
    });
    const tell = new ChatFunction(this, 'TellPresence', {
      house,
      entry: 'queue/tell-presence',
      timeoutSeconds: TELL_TIMEOUT_SECONDS,
      environment: { PRESENCE_GRACE_SECONDS: String(house.stage.presenceGraceSeconds) },
    });
    tell.bindTable(table, 'BatchGetItem', 'PutItem', 'Query', 'UpdateItem');
    tell.allow(['dynamodb:Query'], [table.indexArn]);
    webSocketApi.bindCallback(tell);
    bindEventBus(tell, domainEvents);
    tell.addEventSource(
      new SqsEventSource(this.queue, { batchSize: 10, reportBatchItemFailures: true, maxConcurrency: MOST_AT_ONCE }),
    );
  }
}

/** By frame: what a user says of their own. */
export function setPresence(scope: Construct, house: House, table: ChatTable) {
  const fn = new ChatFunction(scope, 'SetPresence', { house, entry: 'websocket/set-presence' });
  fn.bindTable(table, 'UpdateItem');
  return { fn, actions: ['presence.set'] };
}

/** By request: what a user asks of others. */
export function readPresence(scope: Construct, house: House, table: ChatTable) {
  const fn = new ChatFunction(scope, 'ReadPresence', { house, entry: 'http/read-presence' });
  fn.bindTable(table, 'BatchGetItem', 'Query');
  fn.allow(['dynamodb:Query'], [table.indexArn]);
  return { fn, routes: { '/v1/presence': [HttpMethod.GET] } };
}
