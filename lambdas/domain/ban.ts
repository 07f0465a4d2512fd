import type { Ban as PublicBan } from '../../contract/ban.ts';

/** A user who may not connect. */
export interface Ban {
  userId: string;
  bannedAtMs: number;
  bannedBy: string;
  reason?: string;
}

export const publicBan = ({ bannedAtMs, ...ban }: Ban): PublicBan => ({
  ...ban,
  bannedAt: new Date(bannedAtMs).toISOString(),
});
