import { isFound, isTooOld, type Searchable, type SearchFilter } from './search-filter.ts';

/**
 * A place in a conversation's log. `atMs` is when it counts as said: never after what stands above it, so that going down a
 * conversation is going back in time, whatever the clocks of the functions that sent.
 */
export interface Place {
  conversationId: string;
  seq: number;
  atMs: number;
}

/** One conversation on its way down: the place up to which it is still to be searched, and what was found above it. */
export interface Trail extends Place {
  found: Place[];
}

/** Seqs to look at, both included, newest first. */
export interface Range {
  conversationId: string;
  newest: number;
  oldest: number;
}

/** What was there. It ends before the range's oldest where that is more than one read gives. */
export interface Stretch extends Range {
  /** Newest first. */
  messages: Searchable[];
}

export const trailFrom = (place: Place): Trail => ({ ...place, found: [] });

const isOpen = ({ seq }: Place) => seq > 0;

/** Whatever was said after this has been looked at. */
export const horizonOf = (places: Place[]): number =>
  Math.max(-Infinity, ...places.filter(isOpen).map(({ atMs }) => atMs));

const newestFirst = (one: Place, other: Place) => other.atMs - one.atMs;

const seqsPerRange = 250;

/**
 * Where to look next, in at most so many reads: in the conversations that are least far back. One whose finds still wait for the
 * others is not followed further.
 */
export function nextRanges(trails: Trail[], count: number): Range[] {
  const horizon = horizonOf(trails);
  const isWaiting = ({ found }: Trail) => (found.at(-1)?.atMs ?? Infinity) < horizon;
  const open = trails.filter((trail) => isOpen(trail) && !isWaiting(trail));
  const next = open.toSorted(newestFirst).slice(0, count);
  return next.flatMap((trail) => rangesBelow(trail, Math.floor(count / next.length)));
}

const rangesBelow = ({ conversationId, seq }: Place, count: number): Range[] =>
  Array.from({ length: count }, (_, place) => seq - place * seqsPerRange)
    .filter((newest) => newest > 0)
    .map((newest) => ({ conversationId, newest, oldest: Math.max(1, newest - seqsPerRange + 1) }));

/** Whether a stretch begins where its trail has come to. One does not where the stretch above it was cut short. */
export const continues = ({ conversationId, seq }: Trail, stretch: Range): boolean =>
  stretch.conversationId === conversationId && stretch.newest === seq;

/** The trail, further down by a stretch. */
export function follow(trail: Trail, { messages, oldest }: Stretch, filter: SearchFilter): Trail {
  const { conversationId } = trail;
  const found = [...trail.found];
  let { atMs } = trail;
  for (const message of messages) {
    atMs = Math.min(atMs, message.createdAtMs);
    if (isFound(filter, message)) found.push({ conversationId, seq: message.seq, atMs });
  }
  return { conversationId, seq: isTooOld(filter, atMs) ? 0 : oldest - 1, atMs, found };
}

/** What was found that nothing newer can come before any more, newest first. */
export const certainOf = (trails: Trail[]): Place[] => {
  const horizon = horizonOf(trails);
  return trails
    .flatMap(({ found }) => found)
    .filter(({ atMs }) => atMs >= horizon)
    .toSorted(
      (one, other) =>
        newestFirst(one, other) || compare(one.conversationId, other.conversationId) || other.seq - one.seq,
    );
};

const compare = (one: string, other: string) => (one < other ? -1 : one > other ? 1 : 0);

/** A page, and from where the next goes on: from the first find of a conversation that is not on this one, to find it again. */
export function pageOf(trails: Trail[], limit: number): { page: Place[]; rest: Place[] } {
  const page = certainOf(trails).slice(0, limit);
  const shown = new Set(page.map(keyOf));
  const rest = trails.map(({ found, ...end }) => found.find((place) => !shown.has(keyOf(place))) ?? end);
  return { page, rest: rest.filter(isOpen) };
}

const keyOf = ({ conversationId, seq }: Place) => `${conversationId}.${seq}`;
