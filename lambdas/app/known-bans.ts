import { boundedMap } from '../domain/bounded-map.ts';
import type { BanStore, Clock } from './ports.ts';

export interface KnownBans {
  isBanned(userId: string): Promise<boolean>;
}

/** How late a function may come to know of a ban, or of its end. */
export const banKnownMs = 10_000;

/** Users whom one function remembers. */
const mostRemembered = 10_000;

/**
 * Who is banned, as one function knows it: one read of half a unit for a user whom it has not met for a while, and none again until
 * that is old. So a busy sender costs a read in ten seconds and not one a send.
 */
export function knownBans({ bans, clock }: { bans: Pick<BanStore, 'isBanned'>; clock: Pick<Clock, 'now'> }): KnownBans {
  const remembered = boundedMap<{ isBanned: boolean; sinceMs: number }>(mostRemembered);
  return {
    async isBanned(userId) {
      const nowMs = clock.now();
      const known = remembered.take(userId);
      const isKnown = known !== undefined && nowMs - known.sinceMs < banKnownMs;
      const current = isKnown ? known : { isBanned: await bans.isBanned(userId), sinceMs: nowMs };
      remembered.set(userId, current);
      return current.isBanned;
    },
  };
}
