import type { ClaimedKeys, ClaimedKeysList, OneTimeKey } from '../../contract/keys.ts';
import { limits } from '../../contract/limits.ts';
import { refuse } from '../domain/chat-error.ts';
import { type DeviceKeys, keysPerLook, publicDeviceKeys } from '../domain/device-keys.ts';
import type { KeyStore } from './key-ports.ts';
import type { Clock, Randomness } from './ports.ts';
import { type VisiblePorts, visibleTo } from './visible-to.ts';

export interface ClaimKeysPorts extends VisiblePorts {
  keys: Pick<KeyStore, 'devicesOf' | 'someLeft' | 'take' | 'announceLow'>;
  clock: Pick<Clock, 'now'>;
  randomness: Pick<Randomness, 'fraction'>;
}

/** A key that is gone was somebody else's luck: so many claims at once have to be luckier before one is told to come again. */
const mostLooks = 8;
/** After so many keys that were gone, what was seen is old. */
const triesPerLook = 3;

/**
 * A user's keys to begin sessions with, and of each device a one-time key that nobody else is ever given. Of who may not be asked for
 * it is as of somebody who has none. A query of the devices; a query and a write for each, where no others claim at the same moment.
 */
export const claimKeys =
  (ports: ClaimKeysPorts) =>
  async (callerId: string, userId: string, deviceIds?: string[]): Promise<ClaimedKeysList> => {
    const isVisible = callerId === userId || (await visibleTo(ports, callerId, [userId])).length > 0;
    const devices = isVisible ? await ports.keys.devicesOf(userId) : [];
    const asked = devices.filter(({ deviceId }) => deviceIds === undefined || deviceIds.includes(deviceId));
    return { keys: await Promise.all(asked.map((device) => claimOf(ports, device))) };
  };

async function claimOf(ports: ClaimKeysPorts, device: DeviceKeys): Promise<ClaimedKeys> {
  const taken = await takeOne(ports, device);
  if (!taken) return { ...publicDeviceKeys(device), isExhausted: true };
  const { key: oneTimeKey, left } = taken;
  if (left < limits.lowOneTimeKeys) await ports.keys.announceLow(device, left, ports.clock.now());
  return { ...publicDeviceKeys(device), oneTimeKey };
}

interface Taken {
  key: OneTimeKey;
  /** At most; where there are many, infinitely many. */
  left: number;
}

/** Nothing where none is left. */
async function takeOne(ports: ClaimKeysPorts, device: DeviceKeys): Promise<Taken | undefined> {
  for (let looks = 0; looks < mostLooks; looks += 1) {
    const seen = await ports.keys.someLeft(device, { fromLast: ports.randomness.fraction() < 0.5 });
    if (seen.length === 0) return undefined;
    const taken = await takeAmong(ports, device, seen);
    if (taken) return taken;
  }
  return refuse('UNAVAILABLE', 'claim the keys', 'too many others claim them just now');
}

/** Everybody picks by chance, so that claims at the same moment seldom meet. */
async function takeAmong({ keys, randomness }: ClaimKeysPorts, device: DeviceKeys, seen: number[]) {
  const left = [...seen];
  for (let tries = 0; tries < triesPerLook; tries += 1) {
    const [keyId] = left.splice(Math.floor(randomness.fraction() * left.length), 1);
    const key = keyId === undefined ? undefined : await keys.take(device, keyId);
    if (key) return { key, left: seen.length < keysPerLook ? left.length : Number.POSITIVE_INFINITY };
  }
  return undefined;
}
