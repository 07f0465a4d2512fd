import type { Database } from '../dynamodb/database.ts';
import type { Queues } from '../sqs/queues.ts';
import type { Clock, Deployment, Invoke, Resource } from '../types.ts';
import { failuresIn } from './batch-response.ts';
import type { Checkpoints } from './checkpoints.ts';
import { type Delivery, deliver } from './deliver.ts';
import { givenUpMessage } from './given-up.ts';
import { createLanes } from './lane.ts';
import type { MappingSettings } from './mapping-settings.ts';
import { trackProgress } from './progress.ts';
import { type Pump, startPump } from './pump.ts';
import { openStream, streamOf } from './stream-reader.ts';
import { type StreamItem, streamItem } from './stream-records.ts';

export interface StreamParts {
  deployment: Deployment;
  database: Database;
  queues: Queues;
  checkpoints: Checkpoints;
  invoke: Invoke;
  clock: Clock;
}

/** Writes through the AWS endpoint ring; this finds the rest, such as expired items. */
const IDLE_MS = 1000;
const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 5000;
/** Reading ahead stops here until the functions have caught up. */
const MAX_UNFINISHED = 10_000;

/** Reads a table's stream and hands it to a function, several partition keys at a time, each in order. */
export async function startStreamMapping(mapping: MappingSettings, parts: StreamParts): Promise<Pump> {
  const { clock } = parts;
  const table = parts.deployment.byArn(mapping.sourceArn);
  const { reader, progress } = await resume(mapping, table, parts);
  const stopping = new AbortController();
  const isFull = () => progress.unfinished() >= MAX_UNFINISHED;
  const settled = (items: StreamItem[]) => {
    const wasFull = isFull();
    progress.done(items.map(({ position }) => position));
    if (wasFull) pump.ring();
  };
  const delivery = deliveryOf(mapping, parts, { shardId: reader.shardId, settled, stopping: stopping.signal });
  const lanes = createLanes<StreamItem>(mapping.lanes, {
    ...mapping,
    clock,
    stopping: stopping.signal,
    deliver: (batch) => deliver(batch, delivery),
  });
  const source = { arn: mapping.sourceArn, partitionKey: partitionKeyOf(table) };

  async function round(): Promise<void> {
    while (!stopping.signal.aborted && !isFull()) {
      const { records, isAtEnd } = await reader.next();
      const clockOffsetMs = clock.now() - Date.now();
      take(records.map((record) => streamItem(record, { ...source, clockOffsetMs })));
      // A write that comes meanwhile rings, so that another round follows.
      if (isAtEnd) return;
    }
  }

  function take(items: StreamItem[]): void {
    progress.started(items.map(({ position }) => position));
    const passes = (item: StreamItem) => item.changes && mapping.filter(item.event);
    const { wanted = [], skipped = [] } = Object.groupBy(items, (item) => (passes(item) ? 'wanted' : 'skipped'));
    settled(skipped);
    lanes.push(wanted);
  }

  const pump = startPump(clock, round, () => IDLE_MS);
  return {
    ring: pump.ring,
    async stop() {
      stopping.abort();
      await pump.stop();
      await lanes.ended();
    },
  };
}

/** Goes on where the last host came to. */
async function resume(mapping: MappingSettings, table: Resource, { database, checkpoints }: StreamParts) {
  const stream = await streamOf(database, table.ref);
  const name = `${mapping.id} ${stream}`;
  const start = { after: checkpoints.find(name), startsAtEnd: mapping.startsAtEnd };
  const reader = await openStream(database, stream, start);
  return { reader, progress: trackProgress((position) => checkpoints.save(name, position)) };
}

interface Hooks {
  shardId: string;
  settled(items: StreamItem[]): void;
  stopping: AbortSignal;
}

function deliveryOf(mapping: MappingSettings, parts: StreamParts, hooks: Hooks): Delivery<StreamItem> {
  const { clock, queues, invoke } = parts;
  return {
    ...mapping,
    ...hooks,
    now: clock.now,
    async invoke(items) {
      const outcome = await invoke(mapping.functionId, { Records: items.map(({ event }) => event) });
      const identifiers = items.map(({ id }) => id);
      return failuresIn(outcome, identifiers, mapping.reportsFailures);
    },
    giveUp(items, why, attempts) {
      const loss = { why, attempts, shardId: hooks.shardId, at: clock.now() };
      const body = JSON.stringify(givenUpMessage(mapping, items, loss));
      if (mapping.onFailure !== undefined) queues.send(mapping.onFailure, { body });
      hooks.settled(items);
    },
    pause: (retry) => clock.sleep(Math.min(FIRST_RETRY_MS * 2 ** (retry - 1), LONGEST_RETRY_MS), hooks.stopping),
  };
}

function partitionKeyOf(table: Resource): string {
  const schema = table.properties.KeySchema as { AttributeName: string; KeyType: string }[] | undefined;
  return schema?.find(({ KeyType }) => KeyType === 'HASH')?.AttributeName ?? '';
}
