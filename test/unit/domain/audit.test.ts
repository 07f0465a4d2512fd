import { describe, expect, it } from 'vitest';
import { monthOf, monthsBetween } from '../../../lambdas/domain/audit.ts';

const at = (text: string) => Date.parse(text);

describe('the months between two moments', () => {
  it.each([
    ['of one month', '2026-03-02T00:00:00Z', '2026-03-31T23:59:59Z', ['2026-03']],
    ['over the end of a year', '2025-12-31T23:59:59Z', '2026-01-01T00:00:00Z', ['2026-01', '2025-12']],
    [
      'from the 31st over a short month',
      '2026-01-31T12:00:00Z',
      '2026-03-01T00:00:00Z',
      ['2026-03', '2026-02', '2026-01'],
    ],
    ['the wrong way round', '2026-03-02T00:00:00Z', '2026-01-01T00:00:00Z', []],
  ])('%s', (_, from, to, months) => {
    expect(monthsBetween(at(from), at(to))).toEqual(months);
  });

  it('are those of UTC', () => {
    expect(monthOf(at('2026-02-01T01:00:00+02:00'))).toBe('2026-01');
  });

  it('are thirteen at most in what one call may ask for', () => {
    expect(monthsBetween(at('2025-01-31T00:00:00Z'), at('2026-01-31T00:00:00Z'))).toHaveLength(13);
  });
});
