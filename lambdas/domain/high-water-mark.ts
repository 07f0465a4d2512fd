import { sendTimeoutMs } from './send-lease.ts';

/** A number that was given out this long ago and stands for nothing never will: three times what writing it may take. */
export const settleMs = 3 * sendTimeoutMs;

/** One head takes at most 1,000 writes a second (DynamoDB's bound for one key), so that a number this far back is old enough. */
const numbersPerSettlePeriod = (1_000 * settleMs) / 1_000;

/** The end of a series of numbers that a head gives out one by one, each to be written under some time later or never. */
export interface Series {
  last: number;
  /** When `last` was given out. */
  lastAtMs: number;
  /** What was written, descending by number, nothing that was left out between `last` and the last of them. */
  written: { number: number; atMs: number }[];
  /** True when nothing was written below the last of them. */
  isComplete: boolean;
}

/**
 * The highest number at or below which every number is written or will never be. Where the tail does not reach back far enough to
 * know, the answer is lower than need be, never higher.
 */
export function highWaterMarkOf({ last, lastAtMs, written, isComplete }: Series, nowMs: number): number {
  if (isOld(lastAtMs, nowMs)) return last;
  let settled = last;
  let expected = last;
  for (const { number, atMs } of written) {
    if (number > last) continue;
    if (number < expected) settled = number;
    // Every number below was given out before this one, so that no hole down there can still be filled.
    if (isOld(atMs, nowMs)) return settled;
    expected = number - 1;
  }
  if (!isComplete) return Math.max(0, Math.min(settled, last - numbersPerSettlePeriod));
  return expected > 0 ? 0 : settled;
}

export const isOld = (atMs: number, nowMs: number): boolean => nowMs - atMs >= settleMs;

/** The same for a series that was read upward from where a reader is, which is settled: nothing below it matters any more. */
export const settledFrom = (from: number, series: Omit<Series, 'isComplete'>, nowMs: number): number =>
  highWaterMarkOf({ ...series, written: [...series.written, { number: from, atMs: 0 }], isComplete: true }, nowMs);
