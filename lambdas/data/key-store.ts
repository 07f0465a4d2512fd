import { limits } from '../../contract/limits.ts';
import type { KeyStore } from '../app/key-ports.ts';
import { chunksOf } from '../domain/chunks-of.ts';
import { type DeviceKeys, type DeviceKeysPlace, type KeyNews, keysPerLook } from '../domain/device-keys.ts';
import { deviceKeysFrom, deviceKeysItem, oneTimeKeyFrom, oneTimeKeyItem } from './items.ts';
import * as keys from './keys.ts';
import {
  itemsPerTransaction,
  type Table,
  type TransactionOutcome,
  type TransactionPart,
  type Update,
} from './table.ts';

/** Beside them a transaction has the device and the key ring. */
const keysPerTransaction = itemsPerTransaction - 2;
const removalsAtOnce = 25;

/**
 * A device's own item names its generation, and how far the ids of its one-time keys have come: keys are added together with that mark,
 * so that none comes back that was taken. The key ring bounds a user's devices, and is what announcements are written on.
 */
export const keyStore = (table: Table): KeyStore => ({
  async devicesOf(userId) {
    const { items } = await table.query({
      keyCondition: 'PK = :user AND begins_with(SK, :keys)',
      values: { ':user': keys.userPK(userId), ':keys': keys.deviceKeysPrefix },
    });
    return items.map(deviceKeysFrom);
  },

  countLeft: (device) => table.count(oneTimeKeysOf(device, device.generation)),

  async save(device, added, { before, atMs }) {
    let was = before;
    for (const chunk of added.length > 0 ? chunksOf(added, keysPerTransaction) : [[]]) {
      const is = { ...device, lastKeyId: chunk.at(-1)?.keyId ?? device.lastKeyId };
      const isNews = was?.generation !== is.generation;
      const outcome = await table.transact([
        { put: deviceKeysItem(is), ...onlyAfter(was) },
        ...(isNews ? [ringWith(is, atMs)] : []),
        ...chunk.map((key) => ({ put: oneTimeKeyItem(is, key) })),
      ]);
      if (!outcome.isDone) return refusalIn(outcome);
      was = is;
    }
    return 'saved';
  },

  async remove(place, atMs) {
    await table.transact([
      { remove: keys.deviceKeysKey(place.userId, place.deviceId), condition: 'attribute_exists(PK)' },
      ringWithout(place, atMs),
    ]);
  },

  async clear(place, exceptGeneration) {
    const { items } = await table.query({ ...oneTimeKeysOf(place), projection: 'PK, SK' });
    const kept = exceptGeneration && keys.oneTimeKeyPrefix(place.deviceId, exceptGeneration);
    const gone = items.filter(({ SK }) => !kept || !String(SK).startsWith(kept));
    for (const chunk of chunksOf(gone, removalsAtOnce)) {
      await Promise.all(chunk.map(({ PK, SK }) => table.remove({ PK: String(PK), SK: String(SK) })));
    }
  },

  async someLeft(device, { fromLast }) {
    const all = oneTimeKeysOf(device, device.generation);
    const { items } = await table.query({ ...all, projection: 'SK', isDescending: fromLast, limit: keysPerLook });
    return items.map(keys.oneTimeKeyIdOf);
  },

  /** Where the answer to a removal is lost, the key is too: better nobody's than two people's. */
  async take({ userId, deviceId, generation }, keyId) {
    const { isDone, item } = await table.removeExisting(keys.oneTimeKeyKey(userId, deviceId, generation, keyId));
    return isDone ? oneTimeKeyFrom(item) : undefined;
  },

  async announceLow({ userId, deviceId }, left, atMs) {
    await table.update({
      ...announcing({ emit: 'keys.low', userId, deviceId, left, atMs }),
      condition: 'attribute_exists(PK)',
    });
  },
});

const oneTimeKeysOf = ({ userId, deviceId }: DeviceKeysPlace, generation?: string) => ({
  keyCondition: 'PK = :user AND begins_with(SK, :keys)',
  values: { ':user': keys.userPK(userId), ':keys': keys.oneTimeKeyPrefix(deviceId, generation) },
});

/** Nobody saved keys of this device since it was read. */
const onlyAfter = (before: DeviceKeys | undefined): Pick<Update, 'condition' | 'values'> =>
  before
    ? {
        condition: 'generation = :generation AND lastKeyId = :lastKeyId',
        values: { ':generation': before.generation, ':lastKeyId': before.lastKeyId },
      }
    : { condition: 'attribute_not_exists(PK)' };

const announcing = ({ userId, emit, ...changed }: KeyNews) => ({
  key: keys.keyRingKey(userId),
  update: 'SET entity = :entity, emit = :emit, changed = :changed',
  values: { ':entity': 'keyRing', ':emit': emit, ':changed': changed },
});

function ringWith({ userId, deviceId }: DeviceKeysPlace, atMs: number): TransactionPart {
  const announcement = announcing({ emit: 'keys.changed', userId, deviceId, atMs });
  return {
    ...announcement,
    update: `${announcement.update} ADD deviceIds :own`,
    condition: 'attribute_not_exists(deviceIds) OR size(deviceIds) < :most OR contains(deviceIds, :deviceId)',
    values: {
      ...announcement.values,
      ':own': new Set([deviceId]),
      ':deviceId': deviceId,
      ':most': limits.keyDevicesPerUser,
    },
  };
}

function ringWithout({ userId, deviceId }: DeviceKeysPlace, atMs: number): TransactionPart {
  const announcement = announcing({ emit: 'keys.changed', userId, deviceId, atMs });
  return {
    ...announcement,
    update: `${announcement.update} DELETE deviceIds :own`,
    values: { ...announcement.values, ':own': new Set([deviceId]) },
  };
}

const refusalIn = ({ failed }: Extract<TransactionOutcome, { isDone: false }>) =>
  failed === 0 ? 'changedMeanwhile' : 'tooMany';
