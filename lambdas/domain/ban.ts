import type { Ban as PublicBan } from '../../contract/ban.ts';

/** A user who may neither connect nor ask for anything. */
export interface Ban {
  userId: string;
  bannedAtMs: number;
  bannedBy: string;
  reason?: string;
}

export const publicBan = ({ userId, bannedAtMs, bannedBy, reason }: Ban): PublicBan => ({
  userId,
  bannedAt: new Date(bannedAtMs).toISOString(),
  bannedBy,
  ...(reason !== undefined && { reason }),
});
