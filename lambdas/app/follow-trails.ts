import { isTooOld, type SearchFilter } from '../domain/search-filter.ts';
import {
  certainOf,
  continues,
  follow,
  nextRanges,
  type Place,
  type Stretch,
  type Trail,
  trailFrom,
} from '../domain/search-trail.ts';
import type { SearchStore } from './search-ports.ts';

/** A call starts no more reads once it has taken so many read units: 2 MB of messages, read as of a moment ago. */
const unitsPerCall = 256;
/** Reads at once; of a page of 1 MB at most, so that a call takes at most 256 + 4 × 128 units. */
const mostAtOnce = 4;

/** Goes down these trails until there is a page of finds, nothing is left, or the call has read what it may. */
export async function followTrails(
  search: Pick<SearchStore, 'read'>,
  places: Place[],
  filter: SearchFilter,
  limit: number,
): Promise<{ trails: Trail[]; messages: number }> {
  let trails = places.filter(({ atMs }) => !isTooOld(filter, atMs)).map(trailFrom);
  let messages = 0;
  let units = 0;
  // One read at first, and then more of them at once: most of what is looked for is found soon.
  for (let atOnce = 1; units < unitsPerCall; atOnce = Math.min(atOnce * 2, mostAtOnce)) {
    const ranges = certainOf(trails).length < limit ? nextRanges(trails, atOnce) : [];
    if (ranges.length === 0) break;
    const reads = await Promise.all(ranges.map((range) => search.read(range)));
    const stretches = reads.map(({ stretch }) => stretch);
    trails = trails.map((trail) => stretches.reduce((at, stretch) => step(at, stretch, filter), trail));
    messages += stretches.reduce((sum, stretch) => sum + stretch.messages.length, 0);
    units += reads.reduce((sum, read) => sum + read.units, 0);
  }
  return { trails, messages };
}

const step = (trail: Trail, stretch: Stretch, filter: SearchFilter): Trail =>
  continues(trail, stretch) ? follow(trail, stretch, filter) : trail;
