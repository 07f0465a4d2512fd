import type { ConnectionStore, Opening } from '../app/ports.ts';
import { type Connection, connectWindowMs, isLive, longestConnectionMs, openingsKept } from '../domain/connection.ts';
import { connectionAttribute, connectionsFrom, connectionValue } from './items.ts';
import { connectionsKey } from './keys.ts';
import type { Item, Table } from './table.ts';

/** What a write announces that may change whether its user is there. Whoever writes what can't removes it. */
const presence = 'presence.changed';

/**
 * How long the item outlives its last opening: no connection lives longer. Where no `$disconnect` ever came, its removal is what
 * tells that the user is gone. Milliseconds.
 */
const keptMs = longestConnectionMs + 60_000;

/** In seconds, as DynamoDB has it. */
export const endOf = (openedAtMs: number) => Math.ceil((openedAtMs + keptMs) / 1_000);

/** Each removal of a connection takes so many of the oldest openings along: a list that grows by one with each stays bounded. */
const oldOpenings = Array.from({ length: 10 }, (_, n) => `opened[${openingsKept + n}]`).join(', ');

export const connectionStore = (table: Table): ConnectionStore => ({
  /** No read and no counter: of the last openings, newest first, one stands where it says whether there is room for another. */
  async open(connection, connectsPerMinute) {
    const { userId, connectionId, openedAtMs } = connection;
    const bound = `opened[${connectsPerMinute - 1}]`;
    const written = await table.update({
      key: connectionsKey(userId),
      update:
        'SET entity = :entity, emit = :emit, #connection = :connection, #ttl = :ttl, opened = list_append(:now, if_not_exists(opened, :none))',
      condition: `attribute_not_exists(#connection) AND attribute_not_exists(bannedAtMs) AND (attribute_not_exists(${bound}) OR ${bound} <= :since)`,
      names: { '#connection': connectionAttribute(connectionId), '#ttl': 'ttl' },
      values: {
        ':entity': 'connections',
        ':emit': presence,
        ':connection': connectionValue(connection),
        ':ttl': endOf(openedAtMs),
        ':now': [openedAtMs],
        ':none': [],
        ':since': openedAtMs - connectWindowMs,
      },
    });
    if (!written.isDone) return refusal(connection, connectsPerMinute, written.item);
    return { outcome: 'opened', all: connectionsFrom(written.item) };
  },

  async close({ userId, connectionId }, atMs) {
    const written = await table.update({
      key: connectionsKey(userId),
      update: `SET emit = :emit, lastSeenAtMs = :now, leftAway = if_not_exists(#connection0.isAway, :false) REMOVE #connection0, ${oldOpenings}`,
      condition: 'attribute_exists(#connection0)',
      names: namesOf([connectionId]),
      values: { ':emit': presence, ':now': atMs, ':false': false },
      returnsOld: true,
    });
    if (!written.isDone) return undefined;
    return connectionIn(written.item, connectionId)?.joined ?? [];
  },

  /** As one that is over already. Not for who is banned: the item would end, and the ban with it. */
  async markOver({ userId, connectionId, connectedAtMs }, atMs) {
    const over = connectionValue({ openedAtMs: connectedAtMs, expiresAtMs: atMs });
    await table.update({
      key: connectionsKey(userId),
      update: 'SET entity = :entity, #connection0 = :over, #ttl = if_not_exists(#ttl, :ttl) REMOVE emit',
      condition: 'attribute_not_exists(#connection0) AND attribute_not_exists(bannedAtMs)',
      names: { ...namesOf([connectionId]), '#ttl': 'ttl' },
      values: { ':entity': 'connections', ':over': over, ':ttl': endOf(atMs) },
    });
  },

  /** Whether all were away is not looked at: as if they were, so that a return is told in any case. */
  async closeAll(userId, connectionIds, atMs) {
    await table.update({
      key: connectionsKey(userId),
      update: `SET emit = :emit, lastSeenAtMs = :now, leftAway = :true REMOVE ${placesOf(connectionIds)}, ${oldOpenings}`,
      condition: 'attribute_exists(PK)',
      names: namesOf(connectionIds),
      values: { ':emit': presence, ':now': atMs, ':true': true },
    });
  },

  async forget(userId, connectionIds) {
    await table.update({
      key: connectionsKey(userId),
      update: `REMOVE ${placesOf(connectionIds)}, emit, ${oldOpenings}`,
      condition: 'attribute_exists(PK)',
      names: namesOf(connectionIds),
    });
  },

  async connectionOf({ userId, connectionId }) {
    return connectionIn((await table.get(connectionsKey(userId))) ?? {}, connectionId);
  },

  async renew({ userId, connectionId }, { expiresAtMs, scope }) {
    const written = await table.update({
      key: connectionsKey(userId),
      update: 'SET #connection0.expiresAtMs = :end, #connection0.#scope = :scope REMOVE emit',
      condition: 'attribute_exists(#connection0)',
      names: { ...namesOf([connectionId]), '#scope': 'scope' },
      values: { ':end': expiresAtMs, ':scope': scope },
    });
    return written.isDone ? connectionIn(written.item, connectionId) : undefined;
  },

  async allOf(userId) {
    const item = await table.get(connectionsKey(userId));
    return item ? connectionsFrom(item) : [];
  },

  /**
   * Read without consistency at half the price: a change comes by the stream, a hundred times later than a replica lags, so that a
   * connection made before the change is seen.
   */
  async connectionsOf(userIds, nowMs) {
    const items = await table.batchGet(userIds.map(connectionsKey), { isConsistent: false });
    return items.flatMap(connectionsFrom).filter((connection) => isLive(connection, nowMs));
  },
});

const connectionIn = (item: Item, connectionId: string): Connection | undefined =>
  connectionsFrom(item).find((connection) => connection.connectionId === connectionId);

const placesOf = (connectionIds: string[]) => connectionIds.map((_, n) => `#connection${n}`).join(', ');

const namesOf = (connectionIds: string[]): Record<string, string> =>
  Object.fromEntries(connectionIds.map((id, n) => [`#connection${n}`, connectionAttribute(id)]));

/** Why a connection was not opened, from the item that refused it. */
function refusal(
  { connectionId, openedAtMs }: Connection,
  connectsPerMinute: number,
  { bannedAtMs, opened, ...item }: Item = {},
): Opening {
  const own = connectionIn(item, connectionId);
  // The first try of the SDK was done, and its answer lost.
  if (own) return isLive(own, openedAtMs) ? { outcome: 'opened', all: connectionsFrom(item) } : { outcome: 'over' };
  if (bannedAtMs !== undefined) return { outcome: 'banned' };
  const openings = Array.isArray(opened) ? opened : [];
  return { outcome: 'tooMany', retryAtMs: Number(openings[connectsPerMinute - 1]) + connectWindowMs };
}
