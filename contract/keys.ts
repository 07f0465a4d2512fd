import * as z from 'zod/mini';
import { IdSchema } from './common.ts';
import { limits } from './limits.ts';

/**
 * What end-to-end encrypting clients keep here for each other: public keys alone, base64 or base64url, which the server neither
 * understands nor verifies.
 */

const KeyTextSchema = z
  .string()
  .check(
    z.maxLength(limits.publicKeyLength, `must be at most ${limits.publicKeyLength} characters`),
    z.regex(/^[\w+/-]+={0,2}$/, 'must be base64 or base64url'),
  );

const KeyIdSchema = z.int().check(z.gte(0, 'must be 0 or more'));

const SignedPreKeySchema = z.strictObject({ keyId: KeyIdSchema, publicKey: KeyTextSchema, signature: KeyTextSchema });
export type SignedPreKey = z.output<typeof SignedPreKeySchema>;

const OneTimeKeySchema = z.strictObject({ keyId: KeyIdSchema, publicKey: KeyTextSchema });
export type OneTimeKey = z.output<typeof OneTimeKeySchema>;

const areDistinct = (keys: OneTimeKey[]) => new Set(keys.map(({ keyId }) => keyId)).size === keys.length;

/**
 * The keys of one device. One-time keys are added to those that are there; their ids count up: one that is not above all that this
 * identity ever had was known before, and is not taken again. Another `identityKey` is a new beginning.
 */
export const SaveKeysSchema = z.strictObject({
  identityKey: KeyTextSchema,
  signedPreKey: SignedPreKeySchema,
  oneTimeKeys: z._default(
    z.optional(
      z
        .array(OneTimeKeySchema)
        .check(
          z.maxLength(limits.oneTimeKeysPerRequest, `must be at most ${limits.oneTimeKeysPerRequest} keys`),
          z.refine(areDistinct, 'must have a keyId of its own each'),
        ),
    ),
    [],
  ),
});
export type SaveKeys = z.output<typeof SaveKeysSchema>;

/** Of which devices; without it, of all. */
export const ClaimKeysSchema = z.strictObject({
  deviceIds: z.optional(
    z
      .array(IdSchema)
      .check(
        z.minLength(1, 'must name a device'),
        z.maxLength(limits.keyDevicesPerUser, `must be at most ${limits.keyDevicesPerUser} devices`),
      ),
  ),
});
export type ClaimKeys = z.output<typeof ClaimKeysSchema>;

/** What everybody may know of a device who shares a conversation with its user. */
export interface DeviceKeys {
  deviceId: string;
  identityKey: string;
  signedPreKey: SignedPreKey;
  /** Only in one's own. */
  oneTimeKeysLeft?: number;
}

export interface DeviceKeysList {
  keys: DeviceKeys[];
}

/** Either with a one-time key that nobody else gets, or `isExhausted`: then the signed pre-key has to do alone. */
export interface ClaimedKeys extends DeviceKeys {
  oneTimeKey?: OneTimeKey;
  isExhausted?: true;
}

export interface ClaimedKeysList {
  keys: ClaimedKeys[];
}
