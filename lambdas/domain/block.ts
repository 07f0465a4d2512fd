import type { Block as PublicBlock } from '../../contract/user.ts';

/** `userId` wants nothing from `blockedUserId`. */
export interface Block {
  userId: string;
  blockedUserId: string;
  atMs: number;
}

export const publicBlock = ({ blockedUserId, atMs }: Block): PublicBlock => ({
  userId: blockedUserId,
  blockedAt: new Date(atMs).toISOString(),
});
