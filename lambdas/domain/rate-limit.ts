/** What is limited apart: `send` is all that every member of a conversation is told of, `request` the rest. */
export type RateClass = 'send' | 'request';

/** So many tokens come in a second, and a bucket holds so many. */
export interface Rate {
  perSecond: number;
  burst: number;
}

export interface RateLimits extends Record<RateClass, Rate> {
  /** By how much more a trusted backend may do. */
  serviceFactor: number;
}

/** How a user's bucket stands. */
export interface Bucket {
  /** Tokens that it holds when it is full. */
  limit: number;
  remaining: number;
  /** After how long it is full again. */
  resetMs: number;
}

/** No more may be done for now. */
export interface Wait {
  retryAfterMs: number;
  bucket: Bucket;
}

/**
 * The generic cell rate algorithm: all that there is to know of a bucket is when it is going to be full, in milliseconds since 1970.
 * To take tokens moves that time by as long as they take to come in. Past times are all the same: the bucket is full.
 */
export const msOf = ({ perSecond }: Rate, tokens: number): number => (tokens * 1_000) / perSecond;

/** When a bucket is full after tokens were taken from it. */
export const fullAfter = (rate: Rate, fullAtMs: number, tokens: number, takenAtMs: number): number =>
  Math.max(fullAtMs, takenAtMs) + msOf(rate, tokens);

/** Nothing where so many tokens are there. */
export function waitFor(rate: Rate, fullAtMs: number, tokens: number, nowMs: number): Wait | undefined {
  const missingMs = fullAfter(rate, fullAtMs, tokens, nowMs) - nowMs - msOf(rate, rate.burst);
  if (missingMs <= roundingMs) return undefined;
  const resetMs = Math.max(0, fullAtMs - nowMs);
  const remaining = Math.max(0, Math.floor(rate.burst - resetMs / msOf(rate, 1)));
  return { retryAfterMs: Math.ceil(missingMs), bucket: { limit: rate.burst, remaining, resetMs: Math.ceil(resetMs) } };
}

/** Times have fractions of a millisecond, and a double keeps about a thousand of them. */
const roundingMs = 0.01;

export const rateFor = (limits: RateLimits, rateClass: RateClass, isService: boolean): Rate => {
  const { perSecond, burst } = limits[rateClass];
  const factor = isService ? limits.serviceFactor : 1;
  return { perSecond: perSecond * factor, burst: burst * factor };
};
