import type { RateStore } from '../../lambdas/app/limit-rate.ts';

/** The items of limits in memory: each booking is the one conditional write that it stands for, and is counted. */
export function memoryRates() {
  const fullAt = new Map<string, number>();
  let writes = 0;
  const rates: RateStore = {
    async book({ userId, rateClass, ms, sinceMs, wasFull }) {
      writes += 1;
      const bucket = `${rateClass} of ${userId}`;
      const fullAtMs = fullAt.get(bucket) ?? 0;
      if (wasFull !== fullAtMs <= sinceMs) return { isBooked: false, fullAtMs };
      const after = (wasFull ? sinceMs : fullAtMs) + ms;
      fullAt.set(bucket, after);
      return { isBooked: true, fullAtMs: after };
    },
  };
  return { rates, writes: () => writes };
}
