import { boundedMap } from '../domain/bounded-map.ts';
import {
  fullAfter,
  msOf,
  type Rate,
  type RateClass,
  type RateLimits,
  rateFor,
  type Wait,
  waitFor,
} from '../domain/rate-limit.ts';
import type { Clock } from './ports.ts';

/** Tokens that were taken from a bucket, in the time that they take to come in. Times are milliseconds since 1970. */
export interface Booking {
  userId: string;
  rateClass: RateClass;
  ms: number;
  /** When the first of them was taken. */
  sinceMs: number;
  /** A booking holds for a bucket that was full then, or for one that was not. */
  wasFull: boolean;
}

export interface RateStore {
  /** `fullAtMs`: when the bucket is full now, booked or not. One conditional write. */
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
  /** What the table said last. */
  fullAtMs: number;
  /** Whether others were found to take from it too. */
  isShared: boolean;
  /** Tokens that were taken here and are not booked yet, and since when. */
  owed: number;
  sinceMs: number;
  /** Less than nothing after two writes at once. */
  requestsSinceWrite: number;
}

/** One write for so many requests: a fifth of a write unit each, whoever does what by how many functions. */
const requestsPerWrite = 5;
/** Who does less than that in so long is not worth a write. */
const owedForMs = 10_000;
const bucketsKept = 10_000;

/**
 * Tokens are booked in arrears: a function lets requests through by what it knows of a bucket, and before every fifth books what they
 * took, at the time when they took it. So who keeps to the limit is not refused, a refusal costs no call, and a function that comes
 * to know late has let through five requests too many, or ten where it had to write twice; which its user then waits for.
 */
export const rateLimiter = ({ rates, clock, limits }: LimiterPorts): RateLimiter => {
  const accounts = boundedMap<Account>(bucketsKept);

  return {
    async take(charge) {
      const key = `${charge.rateClass}/${charge.userId}`;
      const rate = rateFor(limits, charge.rateClass, charge.isService);
      const nowMs = clock.now();
      const account = accounts.take(key) ?? newAccount();
      accounts.set(key, account);
      forgetLittle(account, nowMs);
      const waiting = () => waitFor(rate, fullAtMsOf(rate, account), charge.weight, nowMs);

      const known = waiting();
      if (known) return known;
      account.requestsSinceWrite += 1;
      if (account.requestsSinceWrite >= requestsPerWrite) {
        await settle(rates, account, charge, rate);
        const learnt = waiting();
        if (learnt) return learnt;
      }
      if (account.owed === 0) account.sinceMs = nowMs;
      account.owed += charge.weight;
      return undefined;
    },
  };
};

const newAccount = (): Account => ({ fullAtMs: 0, isShared: false, owed: 0, sinceMs: 0, requestsSinceWrite: 0 });

function forgetLittle(account: Account, nowMs: number): void {
  if (nowMs - account.sinceMs < owedForMs) return;
  account.owed = 0;
  account.sinceMs = nowMs;
  account.requestsSinceWrite = Math.min(account.requestsSinceWrite, 0);
}

const fullAtMsOf = (rate: Rate, { fullAtMs, owed, sinceMs }: Account): number =>
  owed === 0 ? fullAtMs : fullAfter(rate, fullAtMs, owed, sinceMs);

/** Books what is owed. DynamoDB can't choose between the two forms of a booking: the one that is likelier goes first. */
async function settle(rates: RateStore, account: Account, { userId, rateClass }: Charge, rate: Rate): Promise<void> {
  const { owed, sinceMs, isShared } = account;
  const wasFull = account.fullAtMs <= sinceMs && !isShared;
  // As if it were booked already: that stays where the table does not answer, and this function goes on by itself.
  account.fullAtMs = fullAtMsOf(rate, account);
  account.owed = 0;
  account.requestsSinceWrite = 0;
  const booking = { userId, rateClass, ms: msOf(rate, owed), sinceMs };
  const first = await rates.book({ ...booking, wasFull });
  if (first.isBooked) {
    account.fullAtMs = first.fullAtMs;
    return;
  }
  account.requestsSinceWrite -= requestsPerWrite;
  account.isShared = wasFull;
  account.fullAtMs = (await rates.book({ ...booking, wasFull: !wasFull })).fullAtMs;
}
