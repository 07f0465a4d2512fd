import { describe, expect, it } from 'vitest';
import { type RateLimiter, rateLimiter } from '../../../lambdas/app/limit-rate.ts';
import { refuse } from '../../../lambdas/domain/chat-error.ts';
import type { RateLimits, Wait } from '../../../lambdas/domain/rate-limit.ts';
import { fakeClock } from '../../helpers/fake-clock.ts';
import { memoryRates } from '../../helpers/memory-rates.ts';

const limits: RateLimits = {
  send: { perSecond: 10, burst: 30 },
  request: { perSecond: 20, burst: 100 },
  serviceFactor: 10,
};
const one = { userId: 'ann', isService: false, rateClass: 'send', weight: 1 } as const;

/** So many warm functions over one table; requests go to them in turn. */
function chat({ functions = 1 } = {}) {
  const clock = fakeClock();
  const { rates, writes } = memoryRates();
  const limiters = Array.from({ length: functions }, () => rateLimiter({ rates, clock, limits }));
  let turn = 0;
  const next = (): RateLimiter => {
    const limiter = limiters[turn % functions];
    turn += 1;
    return limiter ?? refuse('INTERNAL', 'test', 'there is no function');
  };
  const take = (charge: Partial<Parameters<RateLimiter['take']>[0]> = {}): Promise<Wait | undefined> =>
    next().take({ ...one, ...charge });
  return { clock, writes, take };
}

/** How many of them are let through, one every so many milliseconds. */
async function letThrough({ clock, take }: ReturnType<typeof chat>, count: number, everyMs: number): Promise<number> {
  let taken = 0;
  for (let n = 0; n < count; n += 1) {
    if (!(await take())) taken += 1;
    clock.advance(everyMs);
  }
  return taken;
}

describe('one function', () => {
  it('lets a burst through and no more, and says when the next may come', async () => {
    const { take } = chat();
    for (let n = 0; n < 30; n += 1) expect(await take()).toBeUndefined();
    expect(await take()).toEqual({ retryAfterMs: 100, bucket: { limit: 30, remaining: 0, resetMs: 3_000 } });
  });

  it('lets through whoever comes back when told, each time', async () => {
    const over = chat();
    await letThrough(over, 30, 0);
    for (let n = 0; n < 50; n += 1) {
      const wait = await over.take();
      expect(wait?.retryAfterMs).toBeGreaterThan(0);
      over.clock.advance(wait?.retryAfterMs ?? 0);
      expect(await over.take()).toBeUndefined();
    }
  });

  it('keeps the rate through a flood, which costs no more calls than what it lets through', async () => {
    const over = chat();
    // 500 a second for ten seconds.
    expect(await letThrough(over, 5_000, 2)).toBe(30 + 99);
    expect(over.writes()).toBeLessThanOrEqual(129 / 5);
  });

  it('asks the table nothing for four requests in ten seconds', async () => {
    const over = chat();
    expect(await letThrough(over, 40, 2_500)).toBe(40);
    expect(over.writes()).toBe(0);
  });

  it('books what it let through, so that others know', async () => {
    const over = chat({ functions: 2 });
    for (let n = 0; n < 40; n += 1) await over.take();
    expect((await over.take())?.bucket.limit).toBe(30);
  });

  it('counts weights, halves too', async () => {
    const { take } = chat();
    expect(await take({ weight: 29.5 })).toBeUndefined();
    expect((await take({ weight: 1 }))?.retryAfterMs).toBe(50);
    expect(await take({ weight: 0.5 })).toBeUndefined();
  });

  it('never lets through at once what is more than a bucket', async () => {
    expect(await chat().take({ weight: 31 })).toMatchObject({ bucket: { remaining: 30 } });
  });

  it('keeps users apart, and what is sent from what is asked', async () => {
    const over = chat();
    await letThrough(over, 31, 0);
    expect(await over.take()).toBeDefined();
    expect(await over.take({ userId: 'bob' })).toBeUndefined();
    expect(await over.take({ rateClass: 'request' })).toBeUndefined();
  });

  it('gives a backend ten times as much', async () => {
    const { take } = chat();
    const backend = { userId: 'desk', isService: true };
    for (let n = 0; n < 300; n += 1) expect(await take(backend)).toBeUndefined();
    expect(await take(backend)).toBeDefined();
  });

  it('forgets users beyond ten thousand rather than grow', async () => {
    const over = chat();
    for (let n = 0; n < 4; n += 1) await over.take();
    for (let n = 0; n < 10_000; n += 1) await over.take({ userId: `user-${n}` });
    await over.take();
    // Of the five requests of ann the fifth is a first again.
    expect(over.writes()).toBe(0);
  });
});

describe('several functions', () => {
  it.each([
    { functions: 2, everyMs: 100 },
    { functions: 5, everyMs: 100 },
    { functions: 50, everyMs: 100 },
    { functions: 5, everyMs: 1_000 },
  ])('$functions refuse nobody who keeps to one in $everyMs ms', async ({ functions, everyMs }) => {
    expect(await letThrough(chat({ functions }), 600, everyMs)).toBe(600);
  });

  it.each([2, 5, 20])('%i let through the limit, and ten requests a function more at most', async (functions) => {
    const over = chat({ functions });
    const seconds = 60;
    const taken = await letThrough(over, seconds * 500, 2);
    const byLimit = limits.send.burst + limits.send.perSecond * seconds;
    expect(taken).toBeGreaterThanOrEqual(byLimit - 1);
    expect(taken).toBeLessThanOrEqual(byLimit + functions * 10);
  });
});

describe('a fifth of a write unit for each request is never exceeded', () => {
  const patterns = [
    { pattern: 'one a second', gapsMs: [1_000] },
    { pattern: 'five at once every eleven seconds', gapsMs: [0, 0, 0, 0, 11_000] },
    { pattern: 'six at once every eleven seconds', gapsMs: [0, 0, 0, 0, 0, 11_000] },
    { pattern: 'as many as the limit lets through', gapsMs: [100] },
    { pattern: 'a flood', gapsMs: [2] },
    { pattern: 'bursts and silence', gapsMs: [...Array.from({ length: 40 }, () => 5), 60_000] },
    { pattern: 'twice the limit', gapsMs: [50] },
  ];
  const cases = [1, 2, 3, 10, 50].flatMap((functions) => patterns.map((pattern) => ({ functions, ...pattern })));

  it.each(cases)('by $functions functions: $pattern', async ({ functions, gapsMs }) => {
    const over = chat({ functions });
    const count = 2_000;
    for (let n = 0; n < count; n += 1) {
      await over.take();
      over.clock.advance(gapsMs[n % gapsMs.length] ?? 0);
    }
    expect(over.writes()).toBeLessThanOrEqual(count / 5);
  });
});

describe('while the table does not answer', () => {
  const down = () => {
    const clock = fakeClock();
    const book = async () => refuse('UNAVAILABLE', 'use the table', 'it does not answer now');
    const limiter = rateLimiter({ rates: { book }, clock, limits });
    return { clock, take: () => limiter.take(one).catch(() => 'unknown' as const) };
  };

  it('says so at every fifth request, and goes on by what it knows itself', async () => {
    const { take } = down();
    const outcomes = [];
    for (let n = 0; n < 40; n += 1) outcomes.push(await take());
    expect(outcomes.indexOf('unknown')).toBe(4);
    expect(outcomes.filter((outcome) => outcome === 'unknown')).toHaveLength(7);
    expect(outcomes.filter((outcome) => outcome === undefined)).toHaveLength(30);
  });

  it('refuses nobody who keeps to the limit', async () => {
    const { clock, take } = down();
    for (let n = 0; n < 300; n += 1) {
      expect([undefined, 'unknown']).toContain(await take());
      clock.advance(100);
    }
  });
});
