import { describe, expect, it } from 'vitest';
import { fullAfter, msOf, type RateLimits, rateFor, waitFor } from '../../../lambdas/domain/rate-limit.ts';

const rate = { perSecond: 10, burst: 30 };
const now = Date.UTC(2026, 0, 1);

describe('a bucket', () => {
  it.each([
    { what: 'that was never used holds all', fullAtMs: 0, tokens: 30, retryAfterMs: undefined },
    { what: 'that was never used holds no more', fullAtMs: 0, tokens: 31, retryAfterMs: 100 },
    { what: 'that has just been emptied holds nothing', fullAtMs: now + 3_000, tokens: 1, retryAfterMs: 100 },
    {
      what: 'has one token again after a tenth of a second',
      fullAtMs: now + 2_900,
      tokens: 1,
      retryAfterMs: undefined,
    },
    { what: 'has the second only after another', fullAtMs: now + 2_900, tokens: 2, retryAfterMs: 100 },
    { what: 'keeps halves', fullAtMs: now + 2_990, tokens: 0.2, retryAfterMs: 10 },
    { what: 'of long ago is full', fullAtMs: now - 60_000, tokens: 30, retryAfterMs: undefined },
  ])('$what', ({ fullAtMs, tokens, retryAfterMs }) => {
    expect(waitFor(rate, fullAtMs, tokens, now)?.retryAfterMs).toBe(retryAfterMs);
  });

  it('tells how it stands when it refuses', () => {
    expect(waitFor(rate, now + 2_850, 2, now)).toEqual({
      retryAfterMs: 50,
      bucket: { limit: 30, remaining: 1, resetMs: 2_850 },
    });
  });

  it('is full later by as long as what is taken takes to come in, from now at the earliest', () => {
    expect([fullAfter(rate, 0, 5, now), fullAfter(rate, now + 700, 5, now)]).toEqual([now + 500, now + 1_200]);
  });

  it('refuses nobody for the fractions that a double loses', () => {
    const odd = { perSecond: 3, burst: 7 };
    let fullAtMs = 0;
    for (let taken = 0; taken < 7; taken += 1) {
      expect(waitFor(odd, fullAtMs, 1, now)).toBeUndefined();
      fullAtMs = fullAfter(odd, fullAtMs, 1, now);
    }
    expect(waitFor(odd, fullAtMs, 1, now)?.retryAfterMs).toBe(Math.ceil(msOf(odd, 1)));
  });
});

it('a backend has so many times more of each', () => {
  const limits: RateLimits = { send: rate, request: { perSecond: 20, burst: 100 }, serviceFactor: 10 };
  expect(rateFor(limits, 'send', false)).toEqual(rate);
  expect(rateFor(limits, 'request', true)).toEqual({ perSecond: 200, burst: 1_000 });
});
