import { sendTimeoutMs } from './send-lease.ts';

/** A seq that was given out this long ago and holds no message never will: three times what a send may take. */
export const settleMs = 3 * sendTimeoutMs;

/** One head takes at most 1,000 writes a second (DynamoDB's bound for one key), so that a seq this far back is old enough. */
const seqsPerSettlePeriod = (1_000 * settleMs) / 1_000;

export interface Tail {
  lastSeq: number;
  /** When `lastSeq` was given out. */
  lastActivityAtMs: number;
  /** The newest messages, descending by seq, none left out between `lastSeq` and the last of them. */
  messages: { seq: number; createdAtMs: number }[];
  /** True when there is no message below the last of them. */
  isComplete: boolean;
}

/**
 * The high-water mark: the highest seq at or below which every seq is a message or will never be one. Where the tail does not
 * reach back far enough to know, the answer is lower than need be, never higher.
 */
export function settledSeqOf(tail: Tail, nowMs: number): number {
  if (isOld(tail.lastActivityAtMs, nowMs)) return tail.lastSeq;
  let settled = tail.lastSeq;
  let expected = tail.lastSeq;
  for (const { seq, createdAtMs } of tail.messages) {
    if (seq > tail.lastSeq) continue;
    if (seq < expected) settled = seq;
    // Every seq below was given out before this one, so that no hole down there can still be filled.
    if (isOld(createdAtMs, nowMs)) return settled;
    expected = seq - 1;
  }
  if (!tail.isComplete) return Math.max(0, Math.min(settled, tail.lastSeq - seqsPerSettlePeriod));
  return expected > 0 ? 0 : settled;
}

const isOld = (atMs: number, nowMs: number) => nowMs - atMs >= settleMs;
