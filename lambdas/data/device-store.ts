import type { DeviceStore } from '../app/ports.ts';
import { deviceFrom, deviceItem } from './items.ts';
import { deviceKey, devicePrefix, userPK } from './keys.ts';
import type { Table } from './table.ts';

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

  save: (device) => table.put(deviceItem(device)),

  remove: (userId, deviceId) => table.remove(deviceKey(userId, deviceId)),
});
