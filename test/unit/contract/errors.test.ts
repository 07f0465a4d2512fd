import { expect, test } from 'vitest';
import { errorCodes } from '../../../contract/errors.ts';

test('every code has a status of its own, so that a status alone says which it is', () => {
  const statuses = Object.values(errorCodes).map(({ status }) => status);
  expect(new Set(statuses).size).toBe(statuses.length);
  expect(Math.min(...statuses)).toBeGreaterThanOrEqual(400);
});

test('only what passes by itself is worth a repeat', () => {
  const retryable = Object.entries(errorCodes).flatMap(([code, { retryable }]) => (retryable ? code : []));
  expect(retryable).toEqual(['RATE_LIMITED', 'UNAVAILABLE']);
});
