import type { DeviceStore } from '../app/ports.ts';
import { refuse } from '../domain/chat-error.ts';
import type { Device } from '../domain/device.ts';
import { deviceFrom, deviceItem, ownerItem } from './items.ts';
import { deviceKey, devicePrefix, endpointKey, notificationsKey, userPK } from './keys.ts';
import type { Item, Table, TransactionPart } from './table.ts';

const mostTries = 3;

/** An address has one owner, whom its own item names: the phone of somebody else now is theirs alone. */
export const deviceStore = (table: Table): DeviceStore => ({
  async devicesOf(userId) {
    const { items } = await table.query({
      keyCondition: 'PK = :user AND begins_with(SK, :device)',
      values: { ':user': userPK(userId), ':device': devicePrefix },
    });
    return items.map(deviceFrom);
  },

  async deviceOf(userId, deviceId) {
    const item = await table.get(deviceKey(userId, deviceId));
    return item && deviceFrom(item);
  },

  async save(device, before) {
    for (let tries = 0; tries < mostTries; tries += 1) {
      const owner = await table.get(endpointKey(device.endpointArn));
      const { isDone } = await table.transact([
        ...ownership(device, owner),
        ...(before && before.endpointArn !== device.endpointArn ? [release(before)] : []),
        { put: deviceItem(device) },
        mark(device),
      ]);
      if (isDone) return;
    }
    refuse('UNAVAILABLE', 'register the device', 'it is being registered elsewhere just now');
  },

  async remove(device) {
    const { isDone } = await table.transact([
      { remove: deviceKey(device.userId, device.deviceId), ...onlyAt(device.endpointArn) },
      release(device),
    ]);
    return isDone;
  },
});

/** The address with its new owner; whoever had it before has that device no more. */
function ownership(device: Device, owner: Item | undefined): TransactionPart[] {
  const { endpointArn } = device;
  const put = ownerItem(device);
  if (!owner) return [{ put, condition: 'attribute_not_exists(PK)' }];
  const before = { userId: String(owner.userId), deviceId: String(owner.deviceId) };
  const isSame = before.userId === device.userId && before.deviceId === device.deviceId;
  return [
    { put, ...onlyOf(before) },
    ...(isSame ? [] : [{ remove: deviceKey(before.userId, before.deviceId), ...onlyAt(endpointArn) }]),
  ];
}

const release = (device: Device): TransactionPart => ({ remove: endpointKey(device.endpointArn), ...onlyOf(device) });

const onlyOf = ({ userId, deviceId }: Pick<Device, 'userId' | 'deviceId'>) => ({
  condition: 'attribute_not_exists(PK) OR (userId = :user AND deviceId = :device)',
  values: { ':user': userId, ':device': deviceId },
});

const onlyAt = (endpointArn: string) => ({
  condition: 'attribute_not_exists(PK) OR endpointArn = :arn',
  values: { ':arn': endpointArn },
});

/** So that a push looks for devices of this user at all. */
const mark = ({ userId }: Device): TransactionPart => ({
  key: notificationsKey(userId),
  update: 'SET entity = :entity, hasDevices = :true',
  values: { ':entity': 'notifications', ':true': true },
});
