import type { OneTimeKey } from '../../contract/keys.ts';
import type { DeviceKeys, DeviceKeysPlace, KeyNews } from '../domain/device-keys.ts';

/** What use cases of keys for end-to-end encryption need. */

export type Saving =
  | 'saved'
  /** Somebody else saved keys of this device, or removed them: some of those given may be there by now. */
  | 'changedMeanwhile'
  /** The user has keys of as many devices as may be. */
  | 'tooMany';

export interface KeyStore {
  /** Of all devices of the user, in the order of their ids. One query. */
  devicesOf(userId: string): Promise<DeviceKeys[]>;
  /** How many one-time keys of its generation a device has left. One query that counts. */
  countLeft(device: DeviceKeys): Promise<number>;
  /**
   * Puts the device's keys in place of `before`, which is what is there, and adds these one-time keys, ascending by id. It is announced
   * where the device or its generation is new. One transaction for up to 98 keys.
   */
  save(
    device: DeviceKeys,
    added: OneTimeKey[],
    occasion: { before?: DeviceKeys | undefined; atMs: number },
  ): Promise<Saving>;
  /** Removes and announces it, where it is there. One transaction. */
  remove(place: DeviceKeysPlace, atMs: number): Promise<void>;
  /** Removes its one-time keys, but for those of this generation. One query, and a write for each. */
  clear(place: DeviceKeysPlace, exceptGeneration?: string): Promise<void>;
  /** The ids of up to `keysPerLook` one-time keys, from the one end or the other. One query. */
  someLeft(device: DeviceKeys, how: { fromLast: boolean }): Promise<number[]>;
  /** Takes a one-time key away; nothing where somebody else has it. One conditional write. */
  take(device: DeviceKeys, keyId: number): Promise<OneTimeKey | undefined>;
  /** One conditional write. */
  announceLow(place: DeviceKeysPlace, left: number, atMs: number): Promise<void>;
}

export interface KeyNewsQueue {
  keysChanged(news: KeyNews[]): Promise<void>;
}
