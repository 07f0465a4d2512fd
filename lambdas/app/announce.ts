import type { Change } from '../domain/change.ts';
import type { PresenceChange } from '../domain/presence.ts';
import { type FanOutPorts, type FanOutResult, fanOut } from './fan-out.ts';
import type { PresenceQueue } from './presence-ports.ts';

/** What others may have to hear of: a change of a conversation, or of who is there. */
export type Occurrence = { change: Change } | { presence: PresenceChange };

export interface AnnouncePorts extends FanOutPorts {
  presenceQueue: PresenceQueue;
}

/** Changes of conversations are told at once; of who is there, in its own time. No trouble with the one is the other's. */
export function announce({ presenceQueue, ...ports }: AnnouncePorts) {
  const tell = fanOut(ports);
  return async (occurrences: Occurrence[]): Promise<FanOutResult> => {
    const placed = occurrences.map((occurrence, place) => ({ ...occurrence, place }));
    const changes = placed.filter((one) => 'change' in one);
    const presences = placed.filter((one) => 'presence' in one);

    const [{ failed, delivered }, unqueued] = await Promise.all([
      tell(changes.map(({ change }) => change)),
      enqueue(presenceQueue, presences),
    ]);
    return { failed: [...failed.map((position) => changes[position]?.place ?? 0), ...unqueued], delivered };
  };
}

/** Gives the places of those that the queue did not take. */
async function enqueue(queue: PresenceQueue, presences: { presence: PresenceChange; place: number }[]) {
  if (presences.length === 0) return [];
  const [outcome] = await Promise.allSettled([queue.presenceChanged(presences.map(({ presence }) => presence))]);
  return outcome.status === 'fulfilled' ? [] : presences.map(({ place }) => place);
}
