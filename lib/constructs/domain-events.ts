import { Stack } from 'aws-cdk-lib';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { FilterCriteria, FilterRule } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { ChatFunction, type House } from './chat-function.ts';
import { parkingQueue } from './chat-queue.ts';
import type { ChatTable } from './chat-table.ts';
import { parkingAlarm } from './parking-alarm.ts';
import { readStream } from './table-stream.ts';

export interface DomainEventsProps {
  house: House;
  table: ChatTable;
}

/** What writes announce that is published: all but reactions and receipts, which come by the thousand and concern members alone. */
const published = [
  'message.created',
  'message.updated',
  'message.deleted',
  'conversation.created',
  'conversation.updated',
  'conversation.closed',
  'membership.changed',
];

/** From the table's stream to a bus of the stage's own, on which the deployer hangs rules. */
export class DomainEvents extends Construct {
  readonly bus: EventBus;
  readonly #source: string;

  constructor(scope: Construct, id: string, { house, table }: DomainEventsProps) {
    super(scope, id);
    this.bus = new EventBus(this, 'Bus', { eventBusName: `Parley-${house.stage.name}` });
    this.#source = `parley.${house.stage.name}`;
    const publish = new ChatFunction(this, 'PublishEvents', {
      house,
      entry: 'stream/publish-events',
      timeoutSeconds: 30,
    });
    publish.bindTable(table, 'BatchGetItem', 'Query');
    this.bind(publish);
    const parked = parkingQueue(this, 'UnpublishedRecords');
    parkingAlarm(parked, 'Domain events could not be published: docs/domain-events.md says what that means.');
    readStream(publish, table, {
      parked,
      // Nobody waits for an event: a bus that is in trouble for minutes is waited for.
      retryAttempts: 50,
      filters: [FilterCriteria.filter({ dynamodb: { NewImage: { emit: { S: FilterRule.or(...published) } } } })],
    });
  }

  /** Names the bus in EVENT_BUS, and allows putting events on it. */
  bind(fn: ChatFunction): void {
    const { region, urlSuffix } = Stack.of(this);
    const settings = {
      url: `https://events.${region}.${urlSuffix}`,
      name: this.bus.eventBusName,
      source: this.#source,
    };
    fn.addEnvironment('EVENT_BUS', Stack.of(this).toJsonString(settings));
    fn.allow(['events:PutEvents'], [this.bus.eventBusArn]);
  }
}

/** A stage without domain events has functions that tell nobody. */
export function bindEventBus(fn: ChatFunction, domainEvents: DomainEvents | undefined): void {
  if (domainEvents) domainEvents.bind(fn);
  else fn.addEnvironment('EVENT_BUS', 'null');
}
