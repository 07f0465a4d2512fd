import type { BanStore } from '../app/ports.ts';
import { assigning } from './assigning.ts';
import { endOf } from './connection-store.ts';
import { connectionsKey } from './keys.ts';
import type { Table } from './table.ts';

/** In the item of the user's connections, where the one write of a connect meets it. The item of a banned user never ends. */
export const banStore = (table: Table): BanStore => ({
  async ban({ userId, bannedAtMs, bannedBy, reason }) {
    const ban = { entity: 'connections', bannedAtMs, bannedBy, banReason: reason };
    await table.update({ key: connectionsKey(userId), ...assigning({ ...ban, ttl: undefined, emit: undefined }) });
  },

  async lift(userId, atMs) {
    const noBan = { bannedAtMs: undefined, bannedBy: undefined, banReason: undefined };
    await table.update({
      key: connectionsKey(userId),
      ...assigning({ ...noBan, ttl: endOf(atMs), emit: undefined }),
      condition: 'attribute_exists(bannedAtMs)',
    });
  },
});
