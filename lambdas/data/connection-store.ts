import type { ConnectionStore } from '../app/ports.ts';
import { connectionAttribute, connectionsFrom } from './items.ts';
import { connectionsKey } from './keys.ts';
import type { Table } from './table.ts';

/** How long the item outlives its last connection: it remembers when its user was last seen. Thirty days, in seconds. */
const keptSeconds = 30 * 24 * 3_600;

export const connectionStore = (table: Table): ConnectionStore => ({
  /** No condition: the first connection of a user makes the item. */
  async open({ userId, connectionId, openedAtMs, expiresAtMs }) {
    await table.update({
      key: connectionsKey(userId),
      update: 'SET entity = :entity, #connection = :times, #ttl = :ttl',
      names: { '#connection': connectionAttribute(connectionId), '#ttl': 'ttl' },
      values: {
        ':entity': 'connections',
        ':times': { openedAtMs, expiresAtMs },
        ':ttl': Math.ceil(expiresAtMs / 1_000) + keptSeconds,
      },
    });
  },

  async close({ userId, connectionId }) {
    await table.update({
      key: connectionsKey(userId),
      update: 'REMOVE #connection',
      condition: 'attribute_exists(#connection)',
      names: { '#connection': connectionAttribute(connectionId) },
    });
  },

  /**
   * Read without consistency at half the price: a change comes by the stream, a hundred times later than a replica lags, so that a
   * connection made before the change is seen.
   */
  async connectionsOf(userIds, nowMs) {
    const items = await table.batchGet(userIds.map(connectionsKey), { isConsistent: false });
    return items.flatMap(connectionsFrom).filter(({ expiresAtMs }) => expiresAtMs > nowMs);
  },
});
