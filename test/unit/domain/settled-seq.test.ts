import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { settledSeqOf, settleMs, type Tail } from '../../../lambdas/domain/settled-seq.ts';

const nowMs = Date.UTC(2026, 0, 1);
const young = nowMs - 1_000;
const old = nowMs - settleMs;

const messages = (...seqsAndTimes: [seq: number, createdAtMs: number][]): Tail['messages'] =>
  seqsAndTimes.map(([seq, createdAtMs]) => ({ seq, createdAtMs }));

describe('the high-water mark', () => {
  it.each<{ reason: string; tail: Partial<Tail>; settled: number }>([
    { reason: 'is 0 in an empty conversation', tail: { lastSeq: 0 }, settled: 0 },
    { reason: 'is the head when nothing was sent for long', tail: { lastActivityAtMs: old, messages: [] }, settled: 5 },
    {
      reason: 'is the head when every seq is a message',
      tail: { messages: messages([5, young], [4, young], [3, young], [2, young], [1, young]) },
      settled: 5,
    },
    {
      reason: 'stops below a young hole',
      tail: { messages: messages([5, young], [3, young], [2, young], [1, young]) },
      settled: 3,
    },
    {
      reason: 'stops below the lowest of several young holes',
      tail: { messages: messages([5, young], [3, young], [1, young]) },
      settled: 1,
    },
    {
      reason: 'stops below a young hole at the very end',
      tail: { messages: messages([4, young], [3, young], [2, young], [1, young]) },
      settled: 4,
    },
    {
      reason: 'passes over a hole that is older than an old message above it',
      tail: { messages: messages([5, young], [4, old], [2, old], [1, old]) },
      settled: 5,
    },
    {
      reason: 'does not trust a hole just above an old message',
      tail: { messages: messages([5, young], [3, old], [2, old], [1, old]) },
      settled: 3,
    },
    { reason: 'is 0 when every seq so far is a young hole', tail: { messages: [] }, settled: 0 },
    { reason: 'is 0 when the first seqs are young holes', tail: { messages: messages([5, young]) }, settled: 0 },
    {
      reason: 'ignores messages later than the head that was read before them',
      tail: { messages: messages([6, young], [5, young], [4, young], [3, old]) },
      settled: 5,
    },
    {
      reason: 'is a safe bound when the tail does not reach back far enough',
      tail: { lastSeq: 50_000, messages: messages([50_000, young]), isComplete: false },
      settled: 20_000,
    },
    {
      reason: 'is never below 0',
      tail: { messages: messages([5, young]), isComplete: false },
      settled: 0,
    },
  ])('$reason', ({ tail, settled }) => {
    const whole: Tail = { lastSeq: 5, lastActivityAtMs: young, messages: [], isComplete: true, ...tail };
    expect(settledSeqOf(whole, nowMs)).toBe(settled);
  });

  it('never passes a seq that can still be filled, whatever the log', () => {
    const slot = fc.record({ isWritten: fc.boolean(), ageMs: fc.integer({ min: 0, max: 2 * settleMs }) });
    fc.assert(
      fc.property(fc.array(slot, { maxLength: 40 }), fc.integer({ min: 0, max: 40 }), (slots, reach) => {
        // Seqs are given out in order, so that ages fall as seqs rise; a message is created up to a send's time before its seq.
        const ages = slots.map(({ ageMs }) => ageMs).sort((a, b) => b - a);
        const log = slots.map(({ isWritten }, index) => ({ isWritten, ageMs: ages[index] ?? 0, seq: index + 1 }));
        const tail = log.toReversed().slice(0, reach);
        const settled = settledSeqOf(
          {
            lastSeq: log.length,
            lastActivityAtMs: nowMs - (ages.at(-1) ?? 0),
            messages: tail
              .filter(({ isWritten }) => isWritten)
              .map(({ seq, ageMs }) => ({ seq, createdAtMs: nowMs - ageMs })),
            isComplete: reach >= log.length,
          },
          nowMs,
        );
        const fillable = log.filter(({ isWritten, ageMs }) => !isWritten && ageMs < settleMs).map(({ seq }) => seq);
        expect(fillable.every((seq) => seq > settled)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});
