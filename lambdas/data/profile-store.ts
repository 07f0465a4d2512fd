import type { ProfileStore } from '../app/reader-ports.ts';
import { profileFrom, profileItem } from './items.ts';
import { profileKey } from './keys.ts';
import type { Table } from './table.ts';

export const profileStore = (table: Table): ProfileStore => ({
  async profileOf(userId) {
    const item = await table.get(profileKey(userId));
    return item && profileFrom(item);
  },

  save: (userId, profile) => table.put(profileItem(userId, profile)),
});
