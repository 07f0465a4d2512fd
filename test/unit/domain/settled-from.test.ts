import { describe, expect, it } from 'vitest';
import { settledFrom, settleMs } from '../../../lambdas/domain/high-water-mark.ts';

const nowMs = Date.UTC(2026, 0, 1);
const [fresh, old] = [nowMs - 1, nowMs - settleMs];
const numbers = (...descending: [number: number, atMs: number][]) =>
  descending.map(([number, atMs]) => ({ number, atMs }));

describe('a series that is read from where a reader is', () => {
  it.each([
    { what: 'nothing new', from: 7, last: 7, lastAtMs: fresh, written: [], settled: 7 },
    {
      what: 'all that is new was written',
      from: 7,
      last: 9,
      lastAtMs: fresh,
      written: numbers([9, fresh], [8, fresh]),
      settled: 9,
    },
    { what: 'the last is being written', from: 7, last: 9, lastAtMs: fresh, written: numbers([8, fresh]), settled: 8 },
    {
      what: 'one before the last is being written',
      from: 7,
      last: 9,
      lastAtMs: fresh,
      written: numbers([9, fresh]),
      settled: 7,
    },
    { what: 'the last will never be written', from: 7, last: 9, lastAtMs: old, written: numbers([8, old]), settled: 9 },
    {
      what: 'one will never be, for a later one is old',
      from: 5,
      last: 9,
      lastAtMs: fresh,
      written: numbers([9, fresh], [8, fresh], [7, old]),
      settled: 9,
    },
    {
      what: 'from the beginning, and the first is being written',
      from: 0,
      last: 2,
      lastAtMs: fresh,
      written: numbers([2, fresh]),
      settled: 0,
    },
    {
      what: 'one came after the head was read',
      from: 1,
      last: 1,
      lastAtMs: fresh,
      written: numbers([2, fresh]),
      settled: 1,
    },
  ])('$what: settled up to $settled', ({ what, settled, from, ...series }) => {
    expect(settledFrom(from, series, nowMs)).toBe(settled);
  });
});
