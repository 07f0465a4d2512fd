import type { Clock } from '../types.ts';

export interface Lane<Item> {
  push(items: Item[]): void;
  /** Resolves when the batch that is being delivered, if any, has ended. */
  ended(): Promise<void>;
}

interface LaneParts<Item> {
  clock: Clock;
  batchSize: number;
  windowMs: number;
  stopping: AbortSignal;
  deliver(batch: Item[]): Promise<void>;
}

/** The most that Lambda takes as an event. */
const MAX_BATCH_BYTES = 6 * 1024 * 1024;

/** Forms batches and delivers one at a time, so that the order within the lane is kept. */
function createLane<Item extends { sizeBytes: number }>(parts: LaneParts<Item>): Lane<Item> {
  const { clock, batchSize, windowMs, stopping } = parts;
  const waiting: Item[] = [];
  let full = new AbortController();
  let busy = false;
  let current = Promise.resolve();

  async function run(): Promise<void> {
    busy = true;
    while (waiting.length > 0 && !stopping.aborted) {
      if (windowMs > 0 && waiting.length < batchSize) await clock.sleep(windowMs, full.signal);
      full = new AbortController();
      await parts.deliver(takeBatch(waiting, batchSize));
    }
    busy = false;
  }

  stopping.addEventListener('abort', () => full.abort());
  return {
    push(items) {
      if (items.length === 0) return;
      waiting.push(...items);
      if (waiting.length >= batchSize) full.abort();
      if (!busy) current = run();
    },
    ended: () => current,
  };
}

/** Several lanes beside each other. Items of one partition key are always in the same lane. */
export function createLanes<Item extends { sizeBytes: number; partition: string }>(
  count: number,
  parts: LaneParts<Item>,
): Lane<Item> {
  const lanes = Array.from({ length: count }, () => createLane(parts));
  return {
    push(items) {
      const byLane = Map.groupBy(items, ({ partition }) => lanes[hash(partition) % count]);
      for (const [lane, own] of byLane) lane?.push(own);
    },
    async ended() {
      await Promise.all(lanes.map((lane) => lane.ended()));
    },
  };
}

function takeBatch<Item extends { sizeBytes: number }>(waiting: Item[], batchSize: number): Item[] {
  let bytes = 0;
  const end = waiting.findIndex(({ sizeBytes }, index) => {
    bytes += sizeBytes;
    return index === batchSize || (index > 0 && bytes > MAX_BATCH_BYTES);
  });
  return waiting.splice(0, end === -1 ? waiting.length : end);
}

function hash(text: string): number {
  let value = 0;
  for (let index = 0; index < text.length; index += 1) value = (value * 31 + text.charCodeAt(index)) >>> 0;
  return value;
}
