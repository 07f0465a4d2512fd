import type { ChatEvent } from '../../contract/event.ts';
import { limits } from '../../contract/limits.ts';
import { framesOf, serializeEvent } from '../domain/frames.ts';
import type { Sockets } from './ports.ts';

interface Told<Listener> {
  reached: number;
  /** Those that are there no longer. */
  gone: Listener[];
}

/** Tells connections of what is never stored: one try each, and whatever else goes wrong is forgotten. */
export async function tellAtOnce<Listener extends { connectionId: string }>(
  sockets: Pick<Sockets, 'post'>,
  listeners: Listener[],
  event: ChatEvent,
): Promise<Told<Listener>> {
  const [frame] = framesOf([serializeEvent(event, limits)], limits.frameBytes);
  if (frame === undefined) return { reached: 0, gone: [] };
  const outcomes = await Promise.all(listeners.map(({ connectionId }) => sockets.post(connectionId, frame)));
  return {
    reached: outcomes.filter((outcome) => outcome === 'delivered').length,
    gone: listeners.filter((_, place) => outcomes[place] === 'gone'),
  };
}
