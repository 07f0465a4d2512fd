import { boundedMap } from '../domain/bounded-map.ts';
import {
  fullAfter,
  latestFullAtMs,
  msOf,
  type Rate,
  type RateClass,
  type RateLimits,
  rateFor,
  type Wait,
  waitFor,
} from '../domain/rate-limit.ts';
import type { Clock } from './ports.ts';

/** So many tokens of a bucket, in the time that they take to come in. Times are milliseconds since 1970. */
export interface Booking {
  userId: string;
  rateClass: RateClass;
  ms: number;
  nowMs: number;
  /** When the bucket was going to be full, as far as it is known: a write holds for a full bucket, or for one that is not. */
  knownFullAtMs: number;
  /** A bucket that is full later than this has not got so many. */
  latestFullAtMs: number;
}

export interface RateStore {
  /** `fullAtMs` is what it is after the booking; or what kept it from being done. One conditional write. */
  book(booking: Booking): Promise<{ isBooked: boolean; fullAtMs: number }>;
}

export interface Charge {
  userId: string;
  isService: boolean;
  rateClass: RateClass;
  weight: number;
}

export interface RateLimiter {
  /** Takes tokens for what a user is about to do; or tells how long to wait. UNAVAILABLE where it can't be known. */
  take(charge: Charge): Promise<Wait | undefined>;
}

export interface LimiterPorts {
  rates: RateStore;
  clock: Pick<Clock, 'now'>;
  limits: RateLimits;
}

/** What this function knows of one bucket. */
interface Account {
  fullAtMs: number;
  /** Tokens that were taken here and are not booked yet. */
  owed: number;
  /** What is owed is forgotten then: whoever does so little is not worth a write. */
  owedUntilMs: number;
  requestsSinceWrite: number;
}

/** What one write costs is spread over so many requests: a fifth of a write unit each, whoever does what by how many functions. */
const requestsPerWrite = 5;
const owedForMs = 10_000;
const bucketsKept = 10_000;

/**
 * Tokens are booked in arrears: a function lets requests through by what it knows of the user's bucket, and at every fifth books all
 * that they took, before that fifth runs. So who keeps to the limit is never refused, a refusal that is known costs no call, and
 * over the limit comes what functions have not booked yet: four requests of each in ten seconds, nine where two of them began to
 * book at once.
 */
export const rateLimiter = ({ rates, clock, limits }: LimiterPorts): RateLimiter => {
  const accounts = boundedMap<Account>(bucketsKept);

  return {
    async take(charge) {
      const key = `${charge.rateClass}/${charge.userId}`;
      const nowMs = clock.now();
      const account = current(accounts.take(key), nowMs);
      accounts.set(key, account);
      const rate = rateFor(limits, charge.rateClass, charge.isService);

      const wait = waitFor(rate, account.fullAtMs, account.owed + charge.weight, nowMs);
      if (wait) return wait;
      account.owed += charge.weight;
      account.requestsSinceWrite += 1;
      if (account.requestsSinceWrite < requestsPerWrite) return undefined;
      return book(rates, account, { charge, rate, nowMs });
    },
  };
};

function current(account: Account | undefined, nowMs: number): Account {
  const fresh = { owed: 0, owedUntilMs: nowMs + owedForMs, requestsSinceWrite: 0 };
  if (!account) return { fullAtMs: 0, ...fresh };
  return account.owedUntilMs <= nowMs ? Object.assign(account, fresh) : account;
}

async function book(
  rates: RateStore,
  account: Account,
  { charge, rate, nowMs }: { charge: Charge; rate: Rate; nowMs: number },
): Promise<Wait | undefined> {
  const { owed, fullAtMs: knownFullAtMs } = account;
  // As if it were booked already: that stays where the table does not answer, and this function goes on by itself.
  Object.assign(account, {
    owed: 0,
    requestsSinceWrite: 0,
    fullAtMs: fullAfter(rate, knownFullAtMs, owed, nowMs),
  });
  const { userId, rateClass } = charge;
  const { isBooked, fullAtMs } = await rates.book({
    ...{ userId, rateClass, nowMs, knownFullAtMs },
    ms: msOf(rate, owed),
    latestFullAtMs: latestFullAtMs(rate, owed, nowMs),
  });
  account.fullAtMs = fullAtMs;
  if (isBooked) return undefined;
  // Either there is not enough; or there is, but the bucket was not as the write took it to be, and a later one books it.
  const wait = waitFor(rate, fullAtMs, owed, nowMs);
  account.owed += wait ? owed - charge.weight : owed;
  return wait;
}
