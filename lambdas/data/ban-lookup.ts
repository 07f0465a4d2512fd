import type { BanStore } from '../app/ports.ts';
import { banKey } from './keys.ts';
import type { Table } from './table.ts';

/** Apart from the store of bans: every function behind an API carries this much of it. */
export const banLookup = (table: Table): Pick<BanStore, 'isBanned'> => ({
  async isBanned(userId) {
    return (await table.get(banKey(userId), { isConsistent: false })) !== undefined;
  },
});
