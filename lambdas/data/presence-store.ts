import type { PresenceStore } from '../app/presence-ports.ts';
import { rememberedMs } from '../domain/presence.ts';
import { attendanceFrom, connectionAttribute } from './items.ts';
import { connectionsKey, userOf } from './keys.ts';
import type { Table } from './table.ts';

export const presenceStore = (table: Table): PresenceStore => ({
  async attendancesOf(userIds, { isExact }) {
    const items = await table.batchGet(userIds.map(connectionsKey), { isConsistent: isExact });
    const byUser = new Map(items.map((item) => [userOf(item), item]));
    return new Map(userIds.map((userId) => [userId, attendanceFrom(byUser.get(userId))]));
  },

  async setAway({ userId, connectionId }, isAway) {
    const { isDone } = await table.update({
      key: connectionsKey(userId),
      update: isAway
        ? 'SET #connection.isAway = :true, leftAway = :true, emit = :emit'
        : 'SET emit = :emit REMOVE #connection.isAway',
      condition: 'attribute_exists(#connection)',
      names: { '#connection': connectionAttribute(connectionId) },
      values: { ':emit': 'presence.changed', ...(isAway && { ':true': true }) },
    });
    return isDone;
  },

  /** Announces nothing: it changes nothing that others were told. */
  async putBack(userId, lastSeenAtMs) {
    const ttl = Math.ceil((lastSeenAtMs + rememberedMs) / 1_000);
    await table.putNew({ ...connectionsKey(userId), entity: 'connections', lastSeenAtMs, ttl });
  },
});
