import { limits } from '../../contract/limits.ts';
import type { WatcherStore } from '../app/room-ports.ts';
import { longestConnectionMs } from '../domain/connection.ts';
import { placeFor, type Watcher } from '../domain/watchers.ts';
import { assigning } from './assigning.ts';
import { watchersFrom, watcherValue } from './items.ts';
import { watchersKey } from './keys.ts';
import type { Table, Update } from './table.ts';

/** Each is refused for what another did meanwhile: twice in a row is rare, and hearing of no typing is no loss. */
const mostTries = 4;

export const watcherStore = (table: Table): WatcherStore => ({
  async add(conversationId, watcher, known, nowMs) {
    let watchers = known;
    for (let tries = 0; tries < mostTries; tries += 1) {
      const entry = entryOf(conversationId, watcher, watchers, nowMs);
      if (!entry) return false;
      const outcome = await table.update(entry);
      if (outcome.isDone) return true;
      watchers = outcome.item && watchersFrom(outcome.item);
    }
    return false;
  },

  async renew(conversationId, watcher) {
    await table.update({
      key: watchersKey(conversationId),
      update: 'SET watchers.#own = :own',
      condition: 'attribute_exists(watchers.#own)',
      names: { '#own': watcher.connectionId },
      values: { ':own': watcherValue(watcher) },
    });
  },

  remove: (conversationId, connectionId) => removeThose(table, conversationId, [connectionId]),
  removeAll: (conversationId, connectionIds) => removeThose(table, conversationId, connectionIds),
});

/** Nothing where there is no room. No connection lives longer than those that are opened now. */
function entryOf(
  conversationId: string,
  watcher: Watcher,
  known: Watcher[] | undefined,
  nowMs: number,
): Update | undefined {
  const ttl = Math.ceil((nowMs + longestConnectionMs) / 1_000);
  if (!known) return firstEntry(conversationId, watcher, ttl);
  const place = placeFor(watcher.connectionId, known, nowMs, limits.watchers);
  return place.isFree ? furtherEntry(conversationId, watcher, place.instead, ttl) : undefined;
}

const firstEntry = (conversationId: string, watcher: Watcher, ttl: number): Update => ({
  ...assigning({ entity: 'watchers', watchers: { [watcher.connectionId]: watcherValue(watcher) }, ttl }),
  key: watchersKey(conversationId),
  condition: 'attribute_not_exists(PK)',
});

/** There is room, or this one has a place already, or somebody leaves theirs in the same write. */
function furtherEntry(conversationId: string, watcher: Watcher, instead: Watcher[], ttl: number): Update {
  const leaving = instead.map((_, n) => `watchers.#over${n}`);
  const places = ['watchers.#own', ...leaving.slice(0, 1)].map((place) => `attribute_exists(${place})`);
  return {
    key: watchersKey(conversationId),
    update: `SET watchers.#own = :own, #ttl = :ttl${leaving.length > 0 ? ` REMOVE ${leaving.join(', ')}` : ''}`,
    condition: ['size(watchers) < :most', ...places].join(' OR '),
    names: {
      '#own': watcher.connectionId,
      '#ttl': 'ttl',
      ...Object.fromEntries(instead.map(({ connectionId }, n) => [`#over${n}`, connectionId])),
    },
    values: { ':own': watcherValue(watcher), ':ttl': ttl, ':most': limits.watchers },
  };
}

/** What is not there is removed already; where none of them is, nothing is written. */
async function removeThose(table: Table, conversationId: string, connectionIds: string[]): Promise<void> {
  const places = connectionIds.map((_, n) => `watchers.#gone${n}`);
  await table.update({
    key: watchersKey(conversationId),
    update: `REMOVE ${places.join(', ')}`,
    condition: places.map((place) => `attribute_exists(${place})`).join(' OR '),
    names: Object.fromEntries(connectionIds.map((connectionId, n) => [`#gone${n}`, connectionId])),
  });
}
