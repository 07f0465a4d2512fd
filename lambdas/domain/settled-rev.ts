import { highWaterMarkOf, isOld } from './high-water-mark.ts';

export interface RevisionTail {
  lastRev: number;
  /** When `lastRev` was given out; absent where none ever was. */
  lastRevAtMs?: number;
  /** The newest revisions, descending, none left out between `lastRev` and the last of them. */
  revisions: { rev: number; atMs: number; hasLanded: boolean }[];
  /** True when there is no revision below the last of them. */
  isComplete: boolean;
}

/**
 * The highest revision at or below which every one is seen by whoever reads now, or will never be. A revision is named in the feed
 * before its message is written: until that has landed, or can no longer, it is a hole like one that was never named.
 */
export const settledRevOf = (tail: RevisionTail, nowMs: number): number =>
  highWaterMarkOf(
    {
      last: tail.lastRev,
      lastAtMs: tail.lastRevAtMs ?? 0,
      written: tail.revisions
        .filter(({ hasLanded, atMs }) => hasLanded || isOld(atMs, nowMs))
        .map(({ rev, atMs }) => ({ number: rev, atMs })),
      isComplete: tail.isComplete,
    },
    nowMs,
  );

/** Whether what a revision did to its message, if to any, can be seen on it. */
export const hasLanded = (mark: { rev: number; seq?: number }, message: { rev: number } | undefined): boolean =>
  mark.seq === undefined || (message !== undefined && message.rev >= mark.rev);
