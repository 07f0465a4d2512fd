import type { ConnectionStore } from '../app/ports.ts';
import type { Connection } from '../domain/connection.ts';
import { connectionAttribute, connectionsFrom } from './items.ts';
import { connectionsKey } from './keys.ts';
import type { Table } from './table.ts';

/** How long the item outlives its last connection: it remembers when its user was last seen. Thirty days, in seconds. */
const keptSeconds = 30 * 24 * 3_600;

export const connectionStore = (table: Table): ConnectionStore => ({
  /** No condition: the first connection of a user makes the item. */
  async open({ userId, connectionId, openedAtMs, expiresAtMs }) {
    const { item = {} } = await table.update({
      key: connectionsKey(userId),
      update: 'SET entity = :entity, #connection = :times, #ttl = :ttl',
      names: { '#connection': connectionAttribute(connectionId), '#ttl': 'ttl' },
      values: {
        ':entity': 'connections',
        ':times': { openedAtMs, expiresAtMs },
        ':ttl': Math.ceil(expiresAtMs / 1_000) + keptSeconds,
      },
    });
    // `$disconnect` need not come: what it left behind goes with the next connect, so that the item stays small.
    const over = connectionsFrom(item).filter((connection) => connection.expiresAtMs <= openedAtMs);
    if (over.length > 0) await forget(table, userId, over);
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

async function forget(table: Table, userId: string, connections: Connection[]): Promise<void> {
  await table.update({
    key: connectionsKey(userId),
    update: `REMOVE ${connections.map((_, n) => `#over${n}`).join(', ')}`,
    names: Object.fromEntries(
      connections.map(({ connectionId }, n) => [`#over${n}`, connectionAttribute(connectionId)]),
    ),
  });
}
