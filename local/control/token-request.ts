import * as z from 'zod/mini';
import type { TokenClaims } from './identity.ts';

const aYear = 366 * 24 * 3600;

const schema = z.strictObject({
  userId: z.string().check(z.minLength(1), z.maxLength(256)),
  name: z.optional(z.string().check(z.maxLength(256))),
  scope: z.optional(z.string().check(z.maxLength(1024))),
  /** E.164, for example `+15550100`. */
  phoneNumber: z.optional(z.e164()),
  /** Below zero for a token that has already expired. */
  expiresInSeconds: z._default(z.int().check(z.minimum(-aYear), z.maximum(aYear)), 3600),
});

export function parseTokenRequest(body: unknown): TokenClaims {
  return schema.parse(body);
}
