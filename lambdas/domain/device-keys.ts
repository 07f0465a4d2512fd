import type { DeviceKeys as PublicDeviceKeys, SignedPreKey } from '../../contract/keys.ts';

/** The public keys of one device, but for its one-time keys. */
export interface DeviceKeys {
  userId: string;
  deviceId: string;
  identityKey: string;
  signedPreKey: SignedPreKey;
  /** Made anew with each identity: one-time keys of another generation are nobody's any more. */
  generation: string;
  /** The highest id of a one-time key that this generation ever had, -1 before the first: what is not above it never comes back. */
  lastKeyId: number;
}

export type DeviceKeysPlace = Pick<DeviceKeys, 'userId' | 'deviceId'>;

/** One-time keys that one look for some sees: where there are fewer, it has seen all. */
export const keysPerLook = 25;

/** What others, or the user's own connections, are to hear of somebody's keys. */
export type KeyNews = DeviceKeysPlace & { atMs: number } & (
    | { emit: 'keys.changed' }
    /** `left`: at most. */
    | { emit: 'keys.low'; left: number }
  );

export const publicDeviceKeys = ({ deviceId, identityKey, signedPreKey }: DeviceKeys): PublicDeviceKeys => ({
  deviceId,
  identityKey,
  signedPreKey,
});

/** The same identity and signed pre-key, with nothing to add. */
export const isUnchanged = (before: DeviceKeys | undefined, after: DeviceKeys): boolean =>
  before !== undefined &&
  before.generation === after.generation &&
  before.lastKeyId === after.lastKeyId &&
  isSamePreKey(before.signedPreKey, after.signedPreKey);

const isSamePreKey = (one: SignedPreKey, other: SignedPreKey): boolean =>
  one.keyId === other.keyId && one.publicKey === other.publicKey && one.signature === other.signature;
