import type { Failures } from './batch-response.ts';

/** The parts of a stream record that delivery goes by. */
export interface Deliverable {
  /** The sequence number, by which the function names a record that failed. */
  id: string;
  createdAt: number;
}

export type GivenUp = 'RetryAttemptsExhausted' | 'EventAgeExceeded';

export interface Delivery<Item extends Deliverable> {
  bisects: boolean;
  maxRetries: number;
  maxAgeMs: number;
  now(): number;
  invoke(batch: Item[]): Promise<Failures>;
  settled(batch: Item[]): void;
  giveUp(batch: Item[], why: GivenUp, attempts: number): void;
  /** Waits before the retry with this number. */
  pause(retry: number): Promise<void>;
  stopping: AbortSignal;
}

interface Part<Item> {
  items: Item[];
  retries: number;
}

/**
 * Delivers one batch of a stream as an event source mapping does, in order, until every record is settled. Records that
 * are not settled when the host stops are delivered again after its next start.
 */
export async function deliver<Item extends Deliverable>(batch: Item[], delivery: Delivery<Item>): Promise<void> {
  const parts: Part<Item>[] = [{ items: batch, retries: 0 }];
  for (let part = parts.shift(); part && !delivery.stopping.aborted; part = parts.shift()) {
    parts.unshift(...(await attempt(part, delivery)));
  }
}

/** Invokes once, and gives what is left to do, in order. Splitting a batch costs none of its retries. */
async function attempt<Item extends Deliverable>(part: Part<Item>, delivery: Delivery<Item>): Promise<Part<Item>[]> {
  const items = withoutExpired(part, delivery);
  if (items.length === 0) return [];
  const done = doneBeforeFailure(items, await delivery.invoke(items));
  if (done > 0) delivery.settled(items.slice(0, done));
  const rest = { items: items.slice(done), retries: part.retries };
  if (rest.items.length === 0) return [];
  if (delivery.bisects && done > 0) return [rest];
  if (delivery.bisects && rest.items.length > 1) return halves(rest);
  return retried(rest, delivery);
}

/** Several failures: the lowest is the checkpoint, and what comes after it is delivered again even where it succeeded. */
function doneBeforeFailure(items: Deliverable[], failures: Failures): number {
  if (failures === 'none') return items.length;
  if (failures === 'all') return 0;
  return items.findIndex(({ id }) => failures.has(id));
}

function halves<Item>({ items, retries }: Part<Item>): Part<Item>[] {
  const middle = Math.ceil(items.length / 2);
  return [items.slice(0, middle), items.slice(middle)].map((half) => ({ items: half, retries }));
}

async function retried<Item extends Deliverable>(part: Part<Item>, delivery: Delivery<Item>): Promise<Part<Item>[]> {
  const retries = part.retries + 1;
  if (retries > delivery.maxRetries) {
    delivery.giveUp(part.items, 'RetryAttemptsExhausted', retries);
    return [];
  }
  await delivery.pause(retries);
  return [{ ...part, retries }];
}

function withoutExpired<Item extends Deliverable>({ items, retries }: Part<Item>, delivery: Delivery<Item>): Item[] {
  const oldest = delivery.now() - delivery.maxAgeMs;
  const expired = items.filter(({ createdAt }) => createdAt < oldest);
  if (expired.length > 0) delivery.giveUp(expired, 'EventAgeExceeded', retries);
  return items.filter(({ createdAt }) => createdAt >= oldest);
}
