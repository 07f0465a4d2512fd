import type { Change } from '../domain/change.ts';
import type { KeyNews } from '../domain/device-keys.ts';
import type { PresenceChange } from '../domain/presence.ts';
import { type FanOutPorts, type FanOutResult, fanOut } from './fan-out.ts';
import type { KeyNewsQueue } from './key-ports.ts';
import type { PresenceQueue } from './presence-ports.ts';

/** What others may have to hear of: a change of a conversation, of who is there, or of somebody's keys. */
export type Occurrence = { change: Change } | { presence: PresenceChange } | { keys: KeyNews };

export interface AnnouncePorts extends FanOutPorts {
  presenceQueue: PresenceQueue & KeyNewsQueue;
}

/** Changes of conversations are told at once; of users, in their own time. No trouble with the one is the other's. */
export function announce({ presenceQueue, ...ports }: AnnouncePorts) {
  const tell = fanOut(ports);
  return async (occurrences: Occurrence[]): Promise<FanOutResult> => {
    const placed = occurrences.map((occurrence, place) => ({ ...occurrence, place }));
    const changes = placed.filter((one) => 'change' in one);
    const presences = placed.filter((one) => 'presence' in one);
    const keys = placed.filter((one) => 'keys' in one);

    const [{ failed, delivered }, ...unqueued] = await Promise.all([
      tell(changes.map(({ change }) => change)),
      enqueue(presences, (all) => presenceQueue.presenceChanged(all.map(({ presence }) => presence))),
      enqueue(keys, (all) => presenceQueue.keysChanged(all.map((one) => one.keys))),
    ]);
    return { failed: [...failed.map((position) => changes[position]?.place ?? 0), ...unqueued.flat()], delivered };
  };
}

/** Gives the places of those that the queue did not take. */
async function enqueue<One extends { place: number }>(all: One[], queue: (all: One[]) => Promise<void>) {
  if (all.length === 0) return [];
  const [outcome] = await Promise.allSettled([queue(all)]);
  return outcome.status === 'fulfilled' ? [] : all.map(({ place }) => place);
}
