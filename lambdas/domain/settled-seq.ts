import { highWaterMarkOf } from './high-water-mark.ts';

export { settleMs } from './high-water-mark.ts';

export interface Tail {
  lastSeq: number;
  /** When `lastSeq` was given out. */
  lastActivityAtMs: number;
  /** The newest messages, descending by seq, none left out between `lastSeq` and the last of them. */
  messages: { seq: number; createdAtMs: number }[];
  /** True when there is no message below the last of them. */
  isComplete: boolean;
}

/** The highest seq at or below which every seq is a message or will never be one. */
export const settledSeqOf = ({ lastSeq, lastActivityAtMs, messages, isComplete }: Tail, nowMs: number): number =>
  highWaterMarkOf(
    {
      last: lastSeq,
      lastAtMs: lastActivityAtMs,
      written: messages.map(({ seq, createdAtMs }) => ({ number: seq, atMs: createdAtMs })),
      isComplete,
    },
    nowMs,
  );
