import type { BanStore } from '../app/ports.ts';
import { assigning } from './assigning.ts';
import { banLookup } from './ban-lookup.ts';
import { endOf } from './connection-store.ts';
import { pageByIndex } from './index-page.ts';
import { banFrom, banItem } from './items.ts';
import * as keys from './keys.ts';
import type { Table } from './table.ts';

/**
 * An item of its own, which every function may read, and a mark in the item of the user's connections, where the one write of a connect
 * meets it. That item never ends while its user is banned.
 */
export const banStore = (table: Table): BanStore => ({
  async ban(ban) {
    const { userId, bannedAtMs } = ban;
    const mark = assigning({ entity: 'connections', bannedAtMs, ttl: undefined, emit: undefined });
    await table.transact([{ put: banItem(ban) }, { key: keys.connectionsKey(userId), ...mark }]);
  },

  async lift(userId, atMs) {
    await table.transact([
      {
        key: keys.connectionsKey(userId),
        ...assigning({ bannedAtMs: undefined, ttl: endOf(atMs), emit: undefined }),
        condition: 'attribute_exists(bannedAtMs)',
      },
      { remove: keys.banKey(userId) },
    ]);
  },

  ...banLookup(table),

  async bans({ limit, cursor }) {
    const { items, ...next } = await pageByIndex(table, {
      partition: keys.bansPK,
      startKeyOf: keys.banStartKey,
      isDescending: true,
      limit,
      cursor,
    });
    return { bans: items.map(banFrom), ...next };
  },
});
