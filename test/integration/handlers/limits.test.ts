import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { rateLimiter } from '../../../lambdas/app/limit-rate.ts';
import { openTable } from '../../../lambdas/data/client.ts';
import { headKey, rateKey } from '../../../lambdas/data/keys.ts';
import { rateStore } from '../../../lambdas/data/rate-store.ts';
import { tableName } from '../../helpers/database.ts';
import { captureOutput } from '../../helpers/events.ts';
import { fakeClock } from '../../helpers/fake-clock.ts';
import { type Backend, startBackend, textOf } from './backend.ts';

let backend: Backend;
/** A token in ten seconds: none comes in while a test runs. */
const rates = {
  send: { perSecond: 0.1, burst: 10 },
  request: { perSecond: 1_000, burst: 1_000 },
  serviceFactor: 10,
};
const ann = { userId: 'ann', connectionId: 'c-ann' };

beforeAll(async () => {
  backend = await startBackend({ rates });
});
afterAll(() => backend.close());
beforeEach(() => {
  captureOutput();
});

describe('sends over the limit', () => {
  test('are refused by HTTP and by frame out of one bucket, and nothing that was taken is missing', async () => {
    const { body } = await backend.create('ann', { type: 'group', title: 'Team', memberIds: ['bob'] });
    const group = body.conversation.id;
    let taken = 0;
    for (let n = 0; n < 20; n += 1) {
      const byHttp = await backend.send('ann', group, textOf(`http-${n}`));
      if (byHttp.status === 201) taken += 1;
      else expect(byHttp.body).toMatchObject({ code: 'RATE_LIMITED', retryable: true });
      const byFrame = await backend.sendFrame(ann, group, textOf(`frame-${n}`));
      if (byFrame.ok) taken += 1;
      else expect(byFrame.error).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) });
    }
    expect(taken).toBeGreaterThanOrEqual(10);
    // Each of the two functions may let ten through before it knows.
    expect(taken).toBeLessThanOrEqual(30);
    expect(await backend.database.itemOf(headKey(group))).toMatchObject({ lastSeq: taken });
    expect((await backend.send('bob', group, textOf('bob-1'))).status).toBe(201);
  });

  test('by other requests of the same user are another matter', async () => {
    expect((await backend.list('ann')).status).toBe(200);
  });
});

describe('the item of a user’s limits', () => {
  const limits = { send: { perSecond: 10, burst: 30 }, request: { perSecond: 20, burst: 100 }, serviceFactor: 10 };
  const functions = (count: number) => {
    const clock = fakeClock(Date.now());
    const store = rateStore(openTable(tableName));
    return { clock, limiters: Array.from({ length: count }, () => rateLimiter({ rates: store, clock, limits })) };
  };

  test('is shared by functions that book at once', async () => {
    const { limiters } = functions(5);
    const charge = { userId: 'crowd', isService: false, rateClass: 'send', weight: 1 } as const;
    const flood = limiters.map(async (limiter) => {
      let taken = 0;
      for (let n = 0; n < 40; n += 1) if (!(await limiter.take(charge))) taken += 1;
      return taken;
    });
    const taken = (await Promise.all(flood)).reduce((sum, each) => sum + each);
    expect(taken).toBeGreaterThanOrEqual(30);
    expect(taken).toBeLessThanOrEqual(30 + 5 * 10);
  });

  test('holds a time for each class, and goes by itself', async () => {
    const {
      clock,
      limiters: [limiter],
    } = functions(1);
    for (const rateClass of ['send', 'request'] as const) {
      for (let n = 0; n < 5; n += 1) await limiter?.take({ userId: 'a#b', isService: false, rateClass, weight: 1 });
    }
    const now = clock.now();
    expect(await backend.database.itemOf(rateKey('a#b'))).toEqual({
      ...rateKey('a#b'),
      entity: 'rate',
      send: now + 400,
      request: now + 200,
      ttl: Math.ceil(now / 1_000) + 3_600,
    });
  });
});
