import * as z from 'zod/mini';
import { HttpsUrlSchema, humanText, IdSchema, MetadataSchema } from './common.ts';
import { limits } from './limits.ts';

/** A user's public profile. What a user has not set comes from the token's name claims, and only in their own. */
export interface User {
  userId: string;
  displayName?: string;
  firstName?: string;
  lastName?: string;
  avatarUrl?: string;
  metadata?: Record<string, unknown>;
}

export interface Presence {
  status: 'online' | 'away' | 'offline';
  /** Absent while the user is there, and where it is not known. */
  lastSeenAt?: string;
}

/** The other side of a direct conversation. */
export interface OtherUser extends User {
  /** Absent where one of the two has blocked the other. */
  presence?: Presence;
}

const name = humanText(limits.nameLength);

/** The whole profile: what is not given is no longer set. */
export const ProfileSchema = z.strictObject({
  displayName: name,
  firstName: z.optional(name),
  lastName: z.optional(name),
  avatarUrl: z.optional(HttpsUrlSchema),
  metadata: z.optional(MetadataSchema),
});
export type Profile = z.output<typeof ProfileSchema>;

export const UserParamsSchema = z.strictObject({ userId: IdSchema });

/** Somebody whom the caller has blocked. */
export interface Block {
  userId: string;
  blockedAt: string;
}

export interface BlockPage {
  blocks: Block[];
  nextCursor?: string;
}
