import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { BatchGetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, it } from 'vitest';
import { limits } from '../../../contract/limits.ts';
import { forgetWatching } from '../../../lambdas/app/forget-watching.ts';
import { joinConversation } from '../../../lambdas/app/join-conversation.ts';
import { leaveConversation } from '../../../lambdas/app/leave-conversation.ts';
import type { PostOutcome } from '../../../lambdas/app/ports.ts';
import { sendSignal } from '../../../lambdas/app/send-signal.ts';
import { tellTyping } from '../../../lambdas/app/tell-typing.ts';
import { typingThrottle } from '../../../lambdas/app/typing-throttle.ts';
import { connectionStore } from '../../../lambdas/data/connection-store.ts';
import { connectionAttribute, headItem, memberItem, watchersFrom, watcherValue } from '../../../lambdas/data/items.ts';
import { joinedStore } from '../../../lambdas/data/joined-store.ts';
import { connectionsKey, watchersKey } from '../../../lambdas/data/keys.ts';
import { roomStore } from '../../../lambdas/data/room-store.ts';
import type { Item, Table } from '../../../lambdas/data/table.ts';
import { watcherStore } from '../../../lambdas/data/watcher-store.ts';
import type { Watcher } from '../../../lambdas/domain/watchers.ts';
import { fakeClock } from '../../helpers/fake-clock.ts';
import { aHead, aMember } from '../../helpers/memory-stores.ts';
import { recordedTable } from '../../helpers/recorded-table.ts';

const clock = fakeClock();
const expiresAtMs = clock.now() + 60_000;
const alice = { userId: 'alice', connectionId: 'phone' };
const bob = { userId: 'bob', connectionId: 'laptop', expiresAtMs };

const watchersItemOf = (...watchers: Watcher[]): Item => ({
  ...watchersKey('c1'),
  entity: 'watchers',
  watchers: Object.fromEntries(watchers.map((watcher) => [watcher.connectionId, watcherValue(watcher)])),
});
const connectionsOf = (userId: string, connectionId: string, ...joined: string[]): Item => ({
  ...connectionsKey(userId),
  entity: 'connections',
  [connectionAttribute(connectionId)]: {
    openedAtMs: 0,
    expiresAtMs,
    joined: Object.fromEntries(joined.map((conversationId) => [conversationId, true])),
  },
});
const conversation = [headItem(aHead()), memberItem(aMember(), 0)];

/** A table that answers all batch reads with these items, of which a call takes what it asked for. */
function tableOf(...items: Item[]) {
  const recorded = recordedTable();
  recorded.mock.on(BatchGetCommand).callsFake(({ RequestItems }) => {
    const wanted = new Set(RequestItems.Chat.Keys.map(({ PK, SK }: { PK: string; SK: string }) => `${PK} ${SK}`));
    return { Responses: { Chat: items.filter(({ PK, SK }) => wanted.has(`${PK} ${SK}`)) } };
  });
  recorded.mock.on(UpdateCommand).resolves({ Attributes: items.find(({ entity }) => entity === 'connections') ?? {} });
  return recorded;
}

function portsOf(table: Table, outcome: PostOutcome = 'delivered') {
  const posts: string[] = [];
  return {
    posts,
    rooms: roomStore(table),
    joined: joinedStore(table),
    watchers: watcherStore(table),
    connections: connectionStore(table),
    sockets: {
      async post(connectionId: string) {
        posts.push(connectionId);
        return outcome;
      },
    },
    throttle: typingThrottle(),
    clock,
  };
}

/** How many keys a batch read was given. */
const keysOf = (input: Record<string, unknown>) =>
  (input as { RequestItems: { Chat: { Keys: unknown[] } } }).RequestItems.Chat.Keys.length;

describe('the table calls of a join', () => {
  const join = ({ table }: ReturnType<typeof recordedTable>) => joinConversation(portsOf(table))(alice, 'c1');
  const joined = connectionsOf('alice', 'phone', 'c1');

  it('a look, two writes and another look', async () => {
    const recorded = tableOf(...conversation, watchersItemOf(bob), joined);

    expect(await join(recorded)).toEqual({ conversationId: 'c1', isWatching: true });

    expect(recorded.calls()).toEqual(['BatchGet', 'Update', 'Update', 'BatchGet']);
    expect([keysOf(recorded.input(0)), keysOf(recorded.input(3))]).toEqual([3, 2]);
    expect(recorded.input(1).UpdateExpression).toMatch(/ REMOVE emit$/);
    expect(recorded.input(2)).not.toHaveProperty('ExpressionAttributeValues.:emit');
  });

  it('no more where nobody watches yet', async () => {
    const recorded = tableOf(...conversation, joined);
    expect((await join(recorded)).isWatching).toBe(true);
    expect(recorded.calls()).toEqual(['BatchGet', 'Update', 'Update', 'BatchGet']);
  });

  it('one write less where as many watch as may', async () => {
    const others = Array.from({ length: limits.watchers }, (_, n) => ({ ...bob, connectionId: `other-${n}` }));
    const recorded = tableOf(...conversation, watchersItemOf(...others), joined);
    expect((await join(recorded)).isWatching).toBe(false);
    expect(recorded.calls()).toEqual(['BatchGet', 'Update', 'BatchGet']);
  });

  it('the look alone for a stranger', async () => {
    const recorded = tableOf(headItem(aHead()));
    await expect(join(recorded)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(recorded.calls()).toEqual(['BatchGet']);
  });

  it('two writes more where the user was removed meanwhile', async () => {
    const recorded = tableOf(...conversation, joined);
    recorded.mock
      .on(BatchGetCommand)
      .resolvesOnce({ Responses: { Chat: conversation } })
      .resolves({ Responses: { Chat: [joined] } });
    await expect(join(recorded)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(recorded.calls()).toEqual(['BatchGet', 'Update', 'Update', 'BatchGet', 'Update', 'Update']);
  });

  it('a leave: two writes', async () => {
    const recorded = tableOf();
    await leaveConversation(portsOf(recorded.table))(alice, 'c1');
    expect(recorded.calls()).toEqual(['Update', 'Update']);
  });
});

describe('a place among the watchers', () => {
  const refusal = (item?: Item) =>
    new ConditionalCheckFailedException({ message: '', $metadata: {}, ...(item && { Item: marshall(item) }) });
  const add = ({ table }: ReturnType<typeof recordedTable>, known?: Watcher[]) =>
    watcherStore(table).add('c1', { ...alice, expiresAtMs }, known, clock.now());

  it('is asked for again where somebody was the first meanwhile', async () => {
    const recorded = tableOf();
    recorded.mock
      .on(UpdateCommand)
      .rejectsOnce(refusal(watchersItemOf(bob)))
      .resolves({});

    expect(await add(recorded)).toBe(true);

    expect(recorded.calls()).toEqual(['Update', 'Update']);
    expect(recorded.input(1).ConditionExpression).toBe('size(watchers) < :most OR attribute_exists(watchers.#own)');
  });

  it('is taken in one write from those whose time is over', async () => {
    const recorded = tableOf();

    expect(await add(recorded, [{ ...bob, expiresAtMs: clock.now() }])).toBe(true);

    expect(recorded.input(0)).toMatchObject({
      UpdateExpression: 'SET watchers.#own = :own, #ttl = :ttl REMOVE watchers.#over0',
      ExpressionAttributeNames: { '#own': 'phone', '#over0': 'laptop' },
    });
  });

  it('is given up after four tries', async () => {
    const recorded = tableOf();
    recorded.mock.on(UpdateCommand).rejects(refusal(watchersItemOf(bob)));
    expect(await add(recorded, [])).toBe(false);
    expect(recorded.calls()).toEqual(['Update', 'Update', 'Update', 'Update']);
  });
});

it('a watcher whose connection is renewed: one write, and none that makes it one', async () => {
  const recorded = tableOf();
  await watcherStore(recorded.table).renew('c1', bob);
  expect(recorded.calls()).toEqual(['Update']);
  expect(recorded.input(0)).toMatchObject({
    ConditionExpression: 'attribute_exists(watchers.#own)',
    ExpressionAttributeValues: { ':own': `${expiresAtMs / 1_000} bob` },
  });
});

describe('the watchers’ item', () => {
  const full = Array.from({ length: limits.watchers }, (_, n) => ({
    connectionId: `L0SM9cOFvHcCI${String(n).padStart(2, '0')}=`,
    userId: crypto.randomUUID(),
    expiresAtMs,
  }));

  it('with as many as may watch is one read unit', () => {
    const attributes = Object.entries(watchersItemOf(...full).watchers ?? {});
    // As DynamoDB counts: names and values in UTF-8, one byte each for a pair in a map, three for the map.
    const mapBytes = attributes.reduce((sum, [name, value]) => sum + name.length + String(value).length + 1, 3);
    const keyBytes = 'PKCONV#'.length + 40 + 'SKWATCHERS'.length + 'entitywatchers'.length + 'ttl'.length + 7;
    expect(mapBytes + 'watchers'.length + keyBytes).toBeLessThanOrEqual(4_096);
  });

  it('gives back who watches, to the second, whatever is in a user’s id', () => {
    const watchers = [{ ...bob, userId: 'b o b#%' }, ...full];
    expect(watchersFrom(watchersItemOf(...watchers))).toEqual(watchers);
  });
});

describe('the table calls of typing', () => {
  const type = (recorded: ReturnType<typeof recordedTable>, ports = portsOf(recorded.table)) =>
    tellTyping(ports)({ userId: 'alice', scopes: [] }, 'typing.started', 'c1');

  it('one batch read of three items, and no write', async () => {
    const recorded = tableOf(...conversation, watchersItemOf(bob, { ...alice, expiresAtMs }));
    const ports = portsOf(recorded.table);

    await type(recorded, ports);

    expect(recorded.calls()).toEqual(['BatchGet']);
    expect(keysOf(recorded.input(0))).toBe(3);
    expect(ports.posts).toEqual(['laptop']);
  });

  it('none where it comes too soon', async () => {
    const recorded = tableOf(...conversation);
    const ports = portsOf(recorded.table);
    await type(recorded, ports);
    await expect(type(recorded, ports)).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      details: { retryAfterMs: 2_000 },
    });
    expect(recorded.calls()).toEqual(['BatchGet']);
  });

  it('one write for all that are there no longer', async () => {
    const recorded = tableOf(...conversation, watchersItemOf(bob, { ...bob, connectionId: 'tablet' }));
    await type(recorded, portsOf(recorded.table, 'gone'));
    expect(recorded.calls()).toEqual(['BatchGet', 'Update']);
    expect(recorded.input(1)).toMatchObject({ UpdateExpression: 'REMOVE watchers.#gone0, watchers.#gone1' });
  });
});

describe('the table calls of a signal', () => {
  const other = memberItem(aMember({ userId: 'bob' }), 0);
  const signal = { conversationId: 'c1', toUserId: 'bob', payload: { offer: 'x' } };

  it('one batch read of six items, and no write', async () => {
    const recorded = tableOf(...conversation, other, connectionsOf('bob', 'laptop'));
    const ports = portsOf(recorded.table);

    expect(await sendSignal(ports)(alice, signal)).toEqual({ reached: 1 });

    expect(recorded.calls()).toEqual(['BatchGet']);
    expect(keysOf(recorded.input(0))).toBe(6);
    expect(JSON.stringify(recorded.input(0))).not.toContain('offer');
  });

  it('a connection that is there no longer: a write, and one for each conversation that it had joined', async () => {
    const gone = connectionsOf('bob', 'laptop', 'c1', 'c2');
    const recorded = tableOf(...conversation, other, gone);

    expect(await sendSignal(portsOf(recorded.table, 'gone'))(alice, signal)).toEqual({ reached: 0 });

    expect(recorded.calls()).toEqual(['BatchGet', 'Update', 'Update', 'Update']);
  });
});

describe('the table calls after a removal', () => {
  const forget = ({ table }: ReturnType<typeof recordedTable>, ...userIds: string[]) =>
    forgetWatching(portsOf(table))('c1', userIds);

  it('one consistent batch read for those who looked at nothing', async () => {
    const recorded = tableOf();
    await forget(recorded, 'bob', 'carol', 'bob');
    expect(recorded.calls()).toEqual(['BatchGet']);
    expect(keysOf(recorded.input(0))).toBe(5);
    expect(recorded.input(0)).toMatchObject({ RequestItems: { Chat: { ConsistentRead: true } } });
  });

  it('a write for each connection that had joined, and one for the watchers', async () => {
    const recorded = tableOf(watchersItemOf(bob), connectionsOf('bob', 'laptop', 'c1'));
    await forget(recorded, 'bob');
    expect(recorded.calls()).toEqual(['BatchGet', 'Update', 'Update']);
  });

  it('none for those who are members again', async () => {
    const again = memberItem(aMember({ userId: 'bob' }), 0);
    const recorded = tableOf(again, watchersItemOf(bob), connectionsOf('bob', 'laptop', 'c1'));
    await forget(recorded, 'bob');
    expect(recorded.calls()).toEqual(['BatchGet']);
  });
});
