import { describe, expect, it } from 'vitest';
import { isLeaseOver, leaseAt, leaseTimeMs, sendsToForget } from '../../../lambdas/domain/send-lease.ts';

const nowMs = Date.UTC(2026, 10, 21, 12);

describe('a lease', () => {
  it('holds its time and a nonce, and stays a safe integer until 2052', () => {
    expect(leaseTimeMs(leaseAt(nowMs, 0.9999))).toBe(nowMs);
    expect(leaseAt(nowMs, 0.1)).not.toBe(leaseAt(nowMs, 0.2));
    expect(Number.isSafeInteger(leaseAt(Date.UTC(2051, 11, 31), 0.9999))).toBe(true);
  });

  it.each([
    { reason: 'is not over while its function may run', ageMs: 10_000, isOver: false },
    { reason: 'is not over while clocks may differ', ageMs: 12_000, isOver: false },
    { reason: 'is over when its function must have timed out', ageMs: 12_001, isOver: true },
  ])('$reason', ({ ageMs, isOver }) => {
    expect(isLeaseOver(leaseAt(nowMs - ageMs, 0.5), nowMs)).toBe(isOver);
  });
});

describe('the memory of recent sends', () => {
  const remembering = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`key${index}`, leaseAt(nowMs + index, 0)]));

  it('forgets nothing until it is full', () => {
    expect(sendsToForget(remembering(31))).toEqual([]);
  });

  it('forgets the oldest when it is full, and keeps the newest sixteen', () => {
    const forgotten = sendsToForget(remembering(32));
    expect(forgotten.toSorted()).toEqual(Object.keys(remembering(16)).toSorted());
  });
});
