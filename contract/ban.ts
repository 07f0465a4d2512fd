import * as z from 'zod/mini';
import { humanText } from './common.ts';
import { limits } from './limits.ts';

/** The body of `PUT /v1/admin/bans/{userId}`; the reason is for administrators, and the user is not told it. */
export const BanUserSchema = z.strictObject({ reason: z.optional(humanText(limits.banReasonLength)) });

/** A user who may neither connect nor ask for anything. */
export interface Ban {
  userId: string;
  bannedAt: string;
  bannedBy: string;
  reason?: string;
}

/** Newest first; the index that finds them lags behind by moments. */
export interface BanPage {
  bans: Ban[];
  nextCursor?: string;
}
