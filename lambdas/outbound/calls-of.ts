import { chunksBySize } from '../domain/slices.ts';

/**
 * Entries in calls that take so many of them and so many bytes at most. An entry counts as its bytes and at least as its share of a
 * call, so that no call has too many.
 */
export const callsOf = <Entry>(
  entries: Entry[],
  bytesOf: (entry: Entry) => number,
  most: { entries: number; bytes: number },
): Entry[][] => chunksBySize(entries, (entry) => Math.max(bytesOf(entry), most.bytes / most.entries), most.bytes);
