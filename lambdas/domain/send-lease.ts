import type { Digest } from './ids.ts';

/**
 * The sender's memory of recent sends, kept on its member item as a Kafka broker keeps a producer's last batches: from a short
 * key of the clientMessageId to the lease under which it is being written.
 */
export type RecentSends = Record<string, number>;

/** Bounds how late a send can still write. The functions that send have exactly this timeout (a test holds the two together). */
export const sendTimeoutMs = 10_000;

/** Under which key a message that its sender calls so is in that memory: of 32 keys no two ever meet. */
export const sendKeyOf = (digest: Digest, clientMessageId: string): string => digest(clientMessageId).slice(0, 8);

/** When the sender last sent another message than the one of this key. */
export function previousSendMs(recent: RecentSends, key: string): number | undefined {
  const { [key]: own, ...others } = recent;
  const leases = Object.values(others);
  return leases.length > 0 ? leaseTimeMs(Math.max(...leases)) : undefined;
}

/** How long a conversation in slow mode makes wait for the next message after one of this time: not above zero is not at all. */
export const slowModeWaitMs = (slowModeSeconds: number, previousMs: number, nowMs: number): number =>
  previousMs + slowModeSeconds * 1_000 - nowMs;

/** What two clocks of AWS's may differ by, generously: they are kept within milliseconds of each other. */
const clockToleranceMs = 2_000;

/** How long to look for a message around its lease, both sides: clocks may be wrong by this much and no message is doubled. */
export const searchMarginMs = 15 * 60_000;

const leaseEpochMs = Date.UTC(2024, 0, 1);
const noncesPerMs = 10_000;

/**
 * A lease: the time, and a nonce that tells two tries in one millisecond apart. It fits a double until 2052.
 * `randomFraction` is in [0, 1).
 */
export const leaseAt = (nowMs: number, randomFraction: number): number =>
  (nowMs - leaseEpochMs) * noncesPerMs + Math.floor(randomFraction * noncesPerMs);

export const leaseTimeMs = (lease: number): number => Math.floor(lease / noncesPerMs) + leaseEpochMs;

/** Whoever took this lease is dead by now: its function has timed out and can't wake up again. */
export const isLeaseOver = (lease: number, nowMs: number): boolean =>
  nowMs - leaseTimeMs(lease) > sendTimeoutMs + clockToleranceMs;

/** The member item stays below 1 KB, one write unit: at `trimAt` sends the oldest go, the newest `keep` stay. */
const trimAt = 32;
const keep = 16;

/** Which sends to forget now; empty until the memory is full. */
export function sendsToForget(recent: RecentSends): string[] {
  const keys = Object.keys(recent);
  if (keys.length < trimAt) return [];
  return keys.sort((a, b) => (recent[b] ?? 0) - (recent[a] ?? 0)).slice(keep);
}
