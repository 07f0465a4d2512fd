import type { RateLimiter } from '../app/limit-rate.ts';
import { refuseForNow } from '../domain/chat-error.ts';
import { isService, type Principal } from '../domain/principal.ts';
import type { Wait } from '../domain/rate-limit.ts';
import { log } from '../runtime/log.ts';
import type { Cost } from './rules.ts';

/** Takes what it costs; RATE_LIMITED where the user has not got so much. */
export async function chargeFor(
  limiter: RateLimiter,
  principal: Principal,
  cost: Cost,
  operation: string,
): Promise<void> {
  const wait = await waitOf(limiter, principal, cost);
  if (wait) refuseForNow(operation, 'there are too many requests of this user', wait);
}

/** Open where the table does not answer: limits are there to keep the chat up, and must not be what takes it down. */
async function waitOf(limiter: RateLimiter, principal: Principal, cost: Cost): Promise<Wait | undefined> {
  try {
    return await limiter.take({ userId: principal.userId, isService: isService(principal), ...cost });
  } catch (error) {
    log.error('a request that was let through without its limit', error);
    return undefined;
  }
}
