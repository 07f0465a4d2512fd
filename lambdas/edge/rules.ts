import type { KnownBans } from '../app/known-bans.ts';
import type { RateLimiter } from '../app/limit-rate.ts';
import type { Clock } from '../app/ports.ts';
import type { RateClass } from '../domain/rate-limit.ts';

/** What every request passes before anything is done for it. */
export interface EdgeRules {
  clock: Pick<Clock, 'now'>;
  limiter: RateLimiter;
  bans: KnownBans;
}

/** A connection's authorization is frozen when it is opened, and may be renewed since. */
export interface Renewals {
  /** Nothing where the connection is over, or was never renewed. `scope` as the new token has it. */
  renewed(userId: string, connectionId: string): Promise<{ expiresAtMs: number; scope?: string } | undefined>;
}

export interface FrameRules extends EdgeRules {
  renewals: Renewals;
  /** Ends a connection with this frame, the answer to one that came too late; false where it could not be delivered. */
  sayGoodbye: (connectionId: string, lastFrame: string) => Promise<boolean>;
}

/** What a request costs its user of which bucket. */
export interface Cost {
  rateClass: RateClass;
  weight: number;
}

export const costs = {
  usual: { rateClass: 'request', weight: 1 },
  /** Touches nothing that lasts: clients do it all the time. */
  light: { rateClass: 'request', weight: 0.2 },
  /** Reads pages of items, or writes many. */
  heavy: { rateClass: 'request', weight: 3 },
  /** Told to every member of the conversation. */
  send: { rateClass: 'send', weight: 1 },
} as const satisfies Record<string, Cost>;
