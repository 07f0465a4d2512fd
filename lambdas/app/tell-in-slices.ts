import { chunksBySize, cutInSlices } from '../domain/slices.ts';
import type { Slice, SliceQueue } from './fan-out-ports.ts';
import type { Told } from './tell-members.ts';

/** Events for all members of a conversation that is told in so many slices, or for a few of them. */
export interface ToldInSlices extends Told {
  slices: number;
}

/** Of the events in one message of the queue. With escapes, and the ids of 1,000 members beside them, it stays below SQS's 1 MiB. */
const eventBytes = 128 * 1_024;

/**
 * A large conversation's members are told by as many functions side by side as it has slices. What one connection gets stays in order:
 * its user is always in the same group of the queue, and a group's messages are handed out one batch after the other.
 */
export async function tellInSlices(queue: SliceQueue, told: ToldInSlices[]): Promise<void> {
  const conversations = Map.groupBy(told, ({ conversationId }) => conversationId);
  await Promise.all(
    [...conversations.values()].map(async (ofOne) => {
      // A call takes a message without those before it: one of each group a call, so that none gets ahead of another of its group.
      for (const run of runsOf(ofOne)) await queue.postLater(slicesOf(run));
    }),
  );
}

/** Neighbours that the same people are told of, as many as one message holds. */
function runsOf(told: ToldInSlices[]): ToldInSlices[][] {
  const runs: ToldInSlices[][] = [];
  for (const one of told) {
    const run = runs.at(-1);
    if (run?.[0]?.recipients === one.recipients) run.push(one);
    else runs.push([one]);
  }
  return runs.flatMap((run) => chunksBySize(run, bytesOf, eventBytes));
}

const bytesOf = ({ events }: ToldInSlices) => events.reduce((bytes, event) => bytes + Buffer.byteLength(event), 0);

function slicesOf(run: ToldInSlices[]): Slice[] {
  const [first] = run;
  if (!first) return [];
  const { conversationId, recipients, slices } = first;
  const changes = run.map(({ events, exceptConnectionId, push }) => ({
    events,
    ...(exceptConnectionId !== undefined && { exceptConnectionId }),
    ...(push && { push }),
  }));
  return [...cutOnce(recipients, slices)].map(([place, userIds]) => ({
    group: `${conversationId}.${place}`,
    conversationId,
    userIds,
    changes,
  }));
}

/** A list of 100,000 is cut once for as long as it is remembered. */
const knownCuts = new WeakMap<readonly string[], Map<number, string[]>>();

function cutOnce(recipients: readonly string[], slices: number): Map<number, string[]> {
  const known = knownCuts.get(recipients);
  if (known) return known;
  const cut = cutInSlices(recipients, slices);
  knownCuts.set(recipients, cut);
  return cut;
}
