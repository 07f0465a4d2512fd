import type { KnownBans } from '../../lambdas/app/known-bans.ts';

/** Nobody is banned. */
export const noBans: KnownBans = { isBanned: async () => false };
