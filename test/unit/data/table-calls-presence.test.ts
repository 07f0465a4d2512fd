import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { BatchGetCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { limits } from '../../../contract/limits.ts';
import { readPresence } from '../../../lambdas/app/read-presence.ts';
import { setPresence } from '../../../lambdas/app/set-presence.ts';
import { tellPresence } from '../../../lambdas/app/tell-presence.ts';
import { audienceStore } from '../../../lambdas/data/audience-store.ts';
import { connectionStore } from '../../../lambdas/data/connection-store.ts';
import { connectionAttribute, memberItem } from '../../../lambdas/data/items.ts';
import * as keys from '../../../lambdas/data/keys.ts';
import { presenceStore } from '../../../lambdas/data/presence-store.ts';
import type { Item, Table } from '../../../lambdas/data/table.ts';
import { watcherStore } from '../../../lambdas/data/watcher-store.ts';
import { directConversationId } from '../../../lambdas/domain/ids.ts';
import type { PresenceStatus } from '../../../lambdas/domain/presence.ts';
import { digest } from '../../../lambdas/runtime/randomness.ts';
import { fakeClock } from '../../helpers/fake-clock.ts';
import { aMember } from '../../helpers/memory-stores.ts';
import { recordedBus } from '../../helpers/recorded-bus.ts';
import { recordedTable } from '../../helpers/recorded-table.ts';

type Recorded = ReturnType<typeof recordedTable>;

const clock = fakeClock();
const [openedAtMs, expiresAtMs] = [clock.now() - 60_000, clock.now() + 60_000];
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);

const online = (userId: string): Item => ({
  ...keys.connectionsKey(userId),
  entity: 'connections',
  [connectionAttribute(`c-${userId}`)]: { openedAtMs, expiresAtMs, joined: {} },
});
const group = (n: number) => memberItem(aMember({ conversationId: `g${n}`, userId: 'ann' }), 0);
const direct = (n: number) => memberItem(aMember({ conversationId: `d${n}`, userId: 'ann' }), 0, `user-${n}`);

/** A table that has ann online, in these places. */
function annIn(places: Item[]) {
  const recorded = recordedTable();
  recorded.mock.on(BatchGetCommand).resolves({ Responses: { Chat: [online('ann')] } });
  recorded.mock.on(QueryCommand).resolves({});
  recorded.mock.on(QueryCommand, { IndexName: 'GSI1' }).resolves({ Items: places });
  return recorded;
}

const tellBy = (table: Table) =>
  tellPresence({
    presences: presenceStore(table),
    audience: audienceStore(table),
    connections: connectionStore(table),
    watchers: watcherStore(table),
    sockets: { post: async () => 'delivered' },
    bus: recordedBus().bus,
    clock,
    graceMs: 10_000,
  });

/** The same user went through these, one after the other. */
const tell = ({ table }: Recorded, statuses: PresenceStatus[]) =>
  tellBy(table)(statuses.map((status, n) => ({ userId: 'ann', status, atMs: clock.now() + n })));

/** How many items a batch read asks for, and how. */
function batchIn(recorded: Recorded, place: number) {
  const { RequestItems } = recorded.input(place) as {
    RequestItems: Record<string, { Keys: unknown[]; ConsistentRead: boolean }>;
  };
  const { Keys = [], ConsistentRead } = RequestItems.Chat ?? {};
  return { items: Keys.length, isConsistent: ConsistentRead };
}

describe('the table calls of presence:', () => {
  it.each(['online', 'away'] as const)('presence.set %s is a write, and no read', async (status) => {
    const recorded = recordedTable();

    await setPresence({ presences: presenceStore(recorded.table) })({ userId: 'ann', connectionId: 'c1' }, status);

    expect(recorded.calls()).toEqual(['Update']);
    expect(recorded.input(0)).toMatchObject({ ConditionExpression: 'attribute_exists(#connection)' });
  });

  it('presence.set by a connection that is over is a write that is refused', async () => {
    const recorded = recordedTable();
    recorded.mock.on(UpdateCommand).rejects(new ConditionalCheckFailedException({ message: 'refused', $metadata: {} }));

    const set = setPresence({ presences: presenceStore(recorded.table) });

    await expect(set({ userId: 'ann', connectionId: 'c1' }, 'away')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(recorded.calls()).toEqual(['Update']);
  });

  it('a change that stands: a look, two queries, and a read for each kind of place', async () => {
    const recorded = annIn([...numbers(60).map(group), ...numbers(40).map(direct)]);

    expect(await tell(recorded, ['online'])).toEqual([true]);

    expect(recorded.calls()).toEqual(['BatchGet', 'Query', 'Query', 'BatchGet', 'BatchGet']);
    expect(batchIn(recorded, 0)).toEqual({ items: 1, isConsistent: true });
    expect(recorded.input(1)).toMatchObject({ IndexName: 'GSI1', Limit: limits.presenceConversations });
    expect(recorded.input(2)).toMatchObject({ Limit: 2 * limits.blocks });
    const reads = [batchIn(recorded, 3), batchIn(recorded, 4)];
    expect(reads).toEqual([
      { items: 40, isConsistent: false },
      { items: 60, isConsistent: false },
    ]);
  });

  it('a change of somebody without a conversation: a look and a query', async () => {
    const recorded = annIn([]);
    await tell(recorded, ['online']);
    expect(recorded.calls()).toEqual(['BatchGet', 'Query']);
  });

  it('what no longer stands, as after a quick reconnect: a look', async () => {
    const recorded = annIn([group(1)]);
    expect(await tell(recorded, ['offline'])).toEqual([true]);
    expect(recorded.calls()).toEqual(['BatchGet']);
  });

  it('several changes of one user are one', async () => {
    const recorded = annIn([group(1)]);
    expect(await tell(recorded, ['away', 'offline', 'online'])).toEqual([true, true, true]);
    expect(recorded.calls()).toEqual(['BatchGet', 'Query', 'Query', 'BatchGet']);
  });

  it('what was forgotten is put back with one write', async () => {
    const recorded = recordedTable();
    const lost = { userId: 'ann', atMs: clock.now(), lostLastSeenAtMs: openedAtMs };

    await tellBy(recorded.table)([lost]);

    expect(recorded.calls()).toEqual(['Put']);
  });

  const ask = ({ table }: Recorded, userIds: string[]) =>
    readPresence({ presences: presenceStore(table), audience: audienceStore(table), clock, digest })('ann', userIds);
  const hundred = numbers(100).map((n) => `user-${n}`);

  it('a hundred users to whom one writes directly: a query and two batch reads', async () => {
    const recorded = recordedTable();
    const own = hundred.map((userId) => ({
      ...keys.memberKey(directConversationId('ann', userId, digest), 'ann'),
      entity: 'member',
    }));
    recorded.mock
      .on(BatchGetCommand)
      .resolvesOnce({ Responses: { Chat: own } })
      .resolvesOnce({ Responses: { Chat: hundred.map(online) } });

    const { presence } = await ask(recorded, hundred);

    expect(presence).toEqual(hundred.map((userId) => ({ userId, status: 'online' })));
    expect(recorded.calls()).toEqual(['Query', 'BatchGet', 'BatchGet']);
    const reads = [batchIn(recorded, 1), batchIn(recorded, 2)];
    expect(reads).toEqual(Array(2).fill({ items: 100, isConsistent: false }));
  });

  it('a hundred others: a query for each, one for oneself, and nobody is looked up who shares no conversation', async () => {
    const recorded = recordedTable();
    recorded.mock.on(QueryCommand).resolves({});
    const annsPlaces = {
      IndexName: 'GSI1',
      ExpressionAttributeValues: { ':user': 'USER#ann', ':conversations': 'CONV#' },
    };
    recorded.mock.on(QueryCommand, annsPlaces).resolves({ Items: [group(1)] });

    const { presence } = await ask(recorded, hundred);

    expect(presence).toEqual(hundred.map((userId) => ({ userId, status: 'offline' })));
    const calls = recorded.calls();
    expect(calls.filter((call) => call === 'Query')).toHaveLength(102);
    expect(calls).toHaveLength(103);
  });

  it('somebody in no conversation at all asks in vain: two queries and a batch read', async () => {
    const recorded = recordedTable();
    await ask(recorded, hundred);
    expect(recorded.calls()).toEqual(['Query', 'BatchGet', 'Query']);
  });
});
