import type { DeviceKeysList, OneTimeKey, DeviceKeys as PublicDeviceKeys, SaveKeys } from '../../contract/keys.ts';
import { limits } from '../../contract/limits.ts';
import { refuse } from '../domain/chat-error.ts';
import { type DeviceKeys, isUnchanged, publicDeviceKeys } from '../domain/device-keys.ts';
import type { KeyStore } from './key-ports.ts';
import type { Clock, Randomness } from './ports.ts';
import { type VisiblePorts, visibleTo } from './visible-to.ts';

export interface KeyPorts {
  keys: KeyStore;
  clock: Pick<Clock, 'now'>;
  randomness: Pick<Randomness, 'id'>;
}

const operation = 'save the keys';

/** Each is refused for what another of the same device did meanwhile. */
const mostTries = 3;

/**
 * Saves a device's public keys: the identity and the signed pre-key in place of what was there, and of the one-time keys those that are
 * new. Another identity makes all one-time keys before it nobody's. What is saved already costs no write. CONFLICT over a limit.
 */
export const saveKeys =
  (ports: KeyPorts) =>
  async (userId: string, deviceId: string, given: SaveKeys): Promise<PublicDeviceKeys> => {
    for (let tries = 0; tries < mostTries; tries += 1) {
      const saved = await trySaving(ports, { userId, deviceId }, given);
      if (saved) return saved;
    }
    return refuse('UNAVAILABLE', operation, 'they are being saved elsewhere just now');
  };

interface Place {
  userId: string;
  deviceId: string;
}

/** Nothing where the device's keys changed meanwhile. */
async function trySaving(ports: KeyPorts, place: Place, given: SaveKeys): Promise<PublicDeviceKeys | undefined> {
  const { keys, clock } = ports;
  const before = (await keys.devicesOf(place.userId)).find(({ deviceId }) => deviceId === place.deviceId);
  const current = before?.identityKey === given.identityKey ? before : undefined;
  const added = newAmong(given.oneTimeKeys, current);
  const device = deviceWith(given, added, current ?? { ...place, generation: ports.randomness.id(), lastKeyId: -1 });
  const left = (current ? await keys.countLeft(current) : 0) + added.length;
  if (left > limits.oneTimeKeysPerDevice) {
    refuse('CONFLICT', operation, `a device has at most ${limits.oneTimeKeysPerDevice} one-time keys`);
  }
  if (!isUnchanged(before, device)) {
    const saving = await keys.save(device, added, { before, atMs: clock.now() });
    if (saving === 'changedMeanwhile') return undefined;
    if (saving === 'tooMany') {
      refuse('CONFLICT', operation, `a user has keys of at most ${limits.keyDevicesPerUser} devices`);
    }
  }
  if (before && !current) await keys.clear(place, device.generation);
  return { ...publicDeviceKeys(device), oneTimeKeysLeft: left };
}

/** Ascending. What is not above the last known was given before: it is there still, or somebody has it. */
const newAmong = (given: OneTimeKey[], current: DeviceKeys | undefined): OneTimeKey[] =>
  given.filter(({ keyId }) => keyId > (current?.lastKeyId ?? -1)).toSorted((one, other) => one.keyId - other.keyId);

const deviceWith = (
  { identityKey, signedPreKey }: SaveKeys,
  added: OneTimeKey[],
  { userId, deviceId, generation, lastKeyId }: Omit<DeviceKeys, 'identityKey' | 'signedPreKey'>,
): DeviceKeys => ({
  userId,
  deviceId,
  identityKey,
  signedPreKey,
  generation,
  lastKeyId: added.at(-1)?.keyId ?? lastKeyId,
});

/** Forgets a device's keys; what is left of a try that ended halfway goes too. For one that has none it is done already. */
export const removeKeys =
  ({ keys, clock }: Pick<KeyPorts, 'keys' | 'clock'>) =>
  async (userId: string, deviceId: string): Promise<void> => {
    await keys.remove({ userId, deviceId }, clock.now());
    await keys.clear({ userId, deviceId });
  };

export interface ShowKeysPorts extends VisiblePorts {
  keys: Pick<KeyStore, 'devicesOf' | 'countLeft'>;
}

/** A user's keys, one-time keys apart: takes none. Of who may not be asked for it is as of somebody who has none. */
export const showKeys =
  (ports: ShowKeysPorts) =>
  async (callerId: string, userId: string): Promise<DeviceKeysList> => {
    if (callerId === userId) return { keys: await ownKeys(ports, userId) };
    const isVisible = (await visibleTo(ports, callerId, [userId])).length > 0;
    return { keys: isVisible ? (await ports.keys.devicesOf(userId)).map(publicDeviceKeys) : [] };
  };

/** With what is left of each device: a query more for each. */
async function ownKeys({ keys }: ShowKeysPorts, userId: string): Promise<PublicDeviceKeys[]> {
  const devices = await keys.devicesOf(userId);
  return Promise.all(
    devices.map(async (device) => ({ ...publicDeviceKeys(device), oneTimeKeysLeft: await keys.countLeft(device) })),
  );
}
