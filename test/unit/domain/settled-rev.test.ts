import { describe, expect, it } from 'vitest';
import { settleMs } from '../../../lambdas/domain/high-water-mark.ts';
import { hasLanded, type RevisionTail, settledRevOf } from '../../../lambdas/domain/settled-rev.ts';

const nowMs = Date.UTC(2026, 0, 1);
const young = nowMs - 1_000;
const old = nowMs - settleMs;

const landed = (rev: number, atMs: number) => ({ rev, atMs, hasLanded: true });
const named = (rev: number, atMs: number) => ({ rev, atMs, hasLanded: false });

describe('the settled revision', () => {
  it.each<{ reason: string; tail: Partial<RevisionTail>; settled: number }>([
    { reason: 'is 0 where nothing ever changed', tail: { lastRev: 0, lastRevAtMs: undefined }, settled: 0 },
    { reason: 'is the last when nothing changed for long', tail: { lastRevAtMs: old }, settled: 3 },
    {
      reason: 'is the last when all have landed',
      tail: { revisions: [landed(3, young), landed(2, young), landed(1, young)] },
      settled: 3,
    },
    {
      reason: 'stops below one that is taken and not named yet',
      tail: { revisions: [landed(3, young), landed(1, young)] },
      settled: 1,
    },
    {
      reason: 'stops below one that is named and has not landed yet',
      tail: { revisions: [landed(3, young), named(2, young), landed(1, young)] },
      settled: 1,
    },
    {
      reason: 'passes over one that was named long ago and never landed',
      tail: { revisions: [landed(3, young), named(2, old), landed(1, old)] },
      settled: 3,
    },
  ])('$reason', ({ tail, settled }) => {
    const whole = { lastRev: 3, lastRevAtMs: young, revisions: [], isComplete: true, ...tail };
    expect(settledRevOf(whole, nowMs)).toBe(settled);
  });

  it.each([
    { reason: 'is on its message', mark: { rev: 3, seq: 1 }, message: { rev: 3 }, has: true },
    { reason: 'is below a later one on its message', mark: { rev: 3, seq: 1 }, message: { rev: 4 }, has: true },
    { reason: 'is not on its message yet', mark: { rev: 3, seq: 1 }, message: { rev: 2 }, has: false },
    { reason: 'names a message that is not there yet', mark: { rev: 3, seq: 1 }, message: undefined, has: false },
    { reason: 'changed no message', mark: { rev: 3 }, message: undefined, has: true },
  ])('lands when it $reason: $has', ({ mark, message, has }) => {
    expect(hasLanded(mark, message)).toBe(has);
  });
});
