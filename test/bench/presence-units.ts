import { limits } from '../../contract/limits.ts';
import { readPresence } from '../../lambdas/app/read-presence.ts';
import { tellPresence } from '../../lambdas/app/tell-presence.ts';
import { audienceStore } from '../../lambdas/data/audience-store.ts';
import { connectionStore } from '../../lambdas/data/connection-store.ts';
import {
  blockerItem,
  blockItem,
  connectionAttribute,
  connectionValue,
  memberItem,
  watcherValue,
} from '../../lambdas/data/items.ts';
import { connectionsKey, watchersKey } from '../../lambdas/data/keys.ts';
import { presenceStore } from '../../lambdas/data/presence-store.ts';
import type { Item, Table } from '../../lambdas/data/table.ts';
import { watcherStore } from '../../lambdas/data/watcher-store.ts';
import { directConversationId } from '../../lambdas/domain/ids.ts';
import { digest, systemRandomness } from '../../lambdas/runtime/randomness.ts';
import { createClock } from '../../local/clock.ts';
import { createTableFrom, startDatabase } from '../../local/dynamodb/database.ts';
import { aMember } from '../helpers/memory-stores.ts';
import { chatTable } from '../integration/local/chat-table.ts';
import { meteredTable } from './metered-table.ts';
import { atMost, type Figure, plain } from './table.ts';

/** The bound of what one change of presence may read. */
const mostUnits = 100;

const clock = createClock();
const userId = systemRandomness.id();
const live = { openedAtMs: clock.now(), expiresAtMs: clock.now() + 7_200_000 };
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);
const others = numbers(limits.presenceConversations).map(() => systemRandomness.id());

/** What it reads to tell of one user, where as many as can be are to hear it, and to ask for a hundred. */
export async function presenceUnits(): Promise<Figure[]> {
  const database = await startDatabase({ folder: ':memory:', clock });
  const { StreamSpecification: _, ...withoutStream } = chatTable;
  await createTableFrom(database, 'Chat', withoutStream);
  const { table, units } = meteredTable(database.endpoint);
  await table.batchPut([userId, ...others].map(online));
  await table.batchPut(others.map(direct));
  const figures = [
    atMost('a change of presence, told to 100 others directly', await told(table, units), mostUnits, 'read units'),
    plain('asking for the presence of 100 of them', await asked(table, units), 'read units'),
  ];
  await table.batchPut(numbers(limits.blocks).flatMap(estranged));
  figures.push(
    atMost('the same change, blocked by 1,000 and blocking 1,000', await told(table, units), mostUnits, 'read units'),
  );
  await table.batchPut(numbers(limits.presenceConversations).flatMap(watchedGroup));
  figures.push(
    atMost('the same change, told in 100 groups to 60 each', await told(table, units), mostUnits, 'read units'),
  );
  await database.close();
  return figures;
}

const online = (user: string): Item => ({
  ...connectionsKey(user),
  entity: 'connections',
  [connectionAttribute(`${user}=`)]: connectionValue(live),
});

const direct = (other: string): Item => {
  const member = aMember({ conversationId: directConversationId(userId, other, digest), userId });
  return memberItem(member, clock.now(), other);
};

const estranged = (): Item[] => {
  const other = systemRandomness.id();
  return [
    blockItem({ userId, blockedUserId: other, atMs: clock.now() }),
    blockerItem({ userId: other, blockedUserId: userId, atMs: clock.now() }),
  ];
};

/** More recently active than all before. */
const watchedGroup = (): Item[] => {
  const conversationId = `g${systemRandomness.id()}`;
  const watchers = numbers(limits.watchers).map(() => {
    const other = systemRandomness.id();
    return [`${other.slice(0, 15)}=`, watcherValue({ connectionId: other, userId: other, ...live })];
  });
  return [
    memberItem(aMember({ conversationId, userId }), clock.now() + 7_200_000),
    { ...watchersKey(conversationId), entity: 'watchers', watchers: Object.fromEntries(watchers) },
  ];
};

async function told(table: Table, units: () => number): Promise<number> {
  units();
  await tellPresence({
    presences: presenceStore(table),
    audience: audienceStore(table),
    connections: connectionStore(table),
    watchers: watcherStore(table),
    sockets: { post: async () => 'delivered' },
    bus: { publish: async () => [] },
    clock,
    graceMs: 10_000,
  })([{ userId, status: 'online', atMs: clock.now() }]);
  return units();
}

async function asked(table: Table, units: () => number): Promise<number> {
  units();
  await readPresence({ presences: presenceStore(table), audience: audienceStore(table), clock, digest })(
    userId,
    others,
  );
  return units();
}
