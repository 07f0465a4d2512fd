import type { NotificationSettings } from '../../contract/notification.ts';
import type { NotificationStore, Recipient } from '../app/push-ports.ts';
import { notificationsKey, userOf } from './keys.ts';
import type { Item, Table } from './table.ts';

/** As it is for who has never set anything. */
const unset: NotificationSettings = { push: true, sms: false, preview: 'full' };

/** One item a user, beside the devices: who has neither settings nor ever had a device has none, and costs a push no second look. */
export const notificationStore = (table: Table): NotificationStore => ({
  async settingsOf(userId) {
    return recipientFrom((await table.get(notificationsKey(userId))) ?? {}).settings;
  },

  async save(userId, settings) {
    await table.update({
      key: notificationsKey(userId),
      update: 'SET entity = :entity, settings = :settings',
      values: { ':entity': 'notifications', ':settings': settings },
    });
  },

  async recipientsAmong(userIds) {
    const items = await table.batchGet(userIds.map(notificationsKey), { isConsistent: false });
    return items.map(recipientFrom);
  },
});

const recipientFrom = (item: Item): Recipient => ({
  userId: userOf(item),
  settings: { ...unset, ...(item.settings as NotificationSettings | undefined) },
  hasDevices: item.hasDevices === true,
});
