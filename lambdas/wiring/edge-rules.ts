import { knownBans } from '../app/known-bans.ts';
import { rateLimiter } from '../app/limit-rate.ts';
import { banLookup } from '../data/ban-lookup.ts';
import { rateStore } from '../data/rate-store.ts';
import type { Table } from '../data/table.ts';
import type { EdgeRules } from '../edge/rules.ts';
import { systemClock as clock } from '../runtime/clock.ts';
import { environment } from '../runtime/environment.ts';

/** The rules of every function behind an API: what its stage says of limits, and who is banned, over the table that all of them share. */
export function edgeRules(table: Table): EdgeRules {
  const limits = JSON.parse(environment('RATE_LIMITS').RATE_LIMITS);
  return {
    clock,
    limiter: rateLimiter({ rates: rateStore(table), clock, limits }),
    bans: knownBans({ bans: banLookup(table), clock }),
  };
}
