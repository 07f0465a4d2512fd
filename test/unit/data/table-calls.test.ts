import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { PutCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, it } from 'vitest';
import { memberLists } from '../../../lambdas/app/member-lists.ts';
import { openConnection } from '../../../lambdas/app/open-connection.ts';
import { readHistory } from '../../../lambdas/app/read-history.ts';
import { sendMessage } from '../../../lambdas/app/send-message.ts';
import { connectionStore } from '../../../lambdas/data/connection-store.ts';
import { headItem, memberItem, messageItem } from '../../../lambdas/data/items.ts';
import { memberStore } from '../../../lambdas/data/member-store.ts';
import { messageStore } from '../../../lambdas/data/message-store.ts';
import { readerStore } from '../../../lambdas/data/reader-store.ts';
import { sendStores } from '../../../lambdas/data/send-stores.ts';
import { watcherStore } from '../../../lambdas/data/watcher-store.ts';
import { leaseAt } from '../../../lambdas/domain/send-lease.ts';
import { digest } from '../../../lambdas/runtime/randomness.ts';
import { carryNothing } from '../../helpers/carry-nothing.ts';
import { fakeClock } from '../../helpers/fake-clock.ts';
import { aHead, aMember, aMessage } from '../../helpers/memory-stores.ts';
import { recordedTable } from '../../helpers/recorded-table.ts';

const clock = fakeClock();
const randomness = { fraction: () => 0.5, id: () => 'id' };
const aSend = { conversationId: 'c1', senderId: 'alice', clientMessageId: 'm1', type: 'text' as const, text: 'hello' };

const head = headItem(aHead({ lastSeq: 1 }));
const member = memberItem(aMember(), 0);

const refusedBecauseOf = (item: Record<string, unknown>, attempts = 1) =>
  new ConditionalCheckFailedException({ message: 'refused', Item: marshall(item), $metadata: { attempts } });

/** A table in which a send succeeds. */
function tableForSending(memberAfter: Record<string, unknown> = member) {
  const recorded = recordedTable();
  recorded.mock
    .on(UpdateCommand)
    .resolvesOnce({ Attributes: memberAfter })
    .resolves({ Attributes: headItem(aHead({ lastSeq: 7 })) });
  return recorded;
}

const sendOver = ({ table }: ReturnType<typeof recordedTable>) =>
  sendMessage({ ...sendStores(table), carry: carryNothing, clock, randomness, digest });

const anyPrincipal = { userId: 'alice', scopes: [], expiresAt: clock.now() + 1_000 };

function openingOver({ table }: ReturnType<typeof recordedTable>) {
  const connections = connectionStore(table);
  const ports = { connections, watchers: watcherStore(table), sockets: { close: async () => true }, clock };
  return { connections, open: openConnection(ports, { connectsPerMinute: 20, connectionsPerUser: 10 }) };
}

describe('the table calls of', () => {
  it('a send: three conditional writes, no read', async () => {
    const recorded = tableForSending();

    await sendOver(recorded)(aSend);

    expect(recorded.calls()).toEqual(['Update', 'Update', 'Put']);
    expect([0, 1, 2].map((place) => recorded.input(place).ConditionExpression)).toEqual([
      'attribute_exists(PK) AND attribute_not_exists(bannedAtMs) AND attribute_not_exists(blockedAtMs) AND attribute_not_exists(recentSends.#key)',
      'attribute_exists(PK) AND attribute_not_exists(closedAtMs) AND attribute_not_exists(posting)',
      'attribute_not_exists(PK)',
    ]);
  });

  it('a repeat whose message is there: one write that is refused, one query of ten', async () => {
    const recorded = recordedTable();
    const recentSends = { [digest('m1').slice(0, 8)]: leaseAt(clock.now(), 0.1) };
    recorded.mock.on(UpdateCommand).rejects(refusedBecauseOf(memberItem(aMember({ recentSends }), 0)));
    recorded.mock.on(QueryCommand).resolves({ Items: [messageItem(aMessage())] });

    expect(await sendOver(recorded)(aSend)).toMatchObject({ isNew: false });

    expect(recorded.calls()).toEqual(['Update', 'Query']);
    expect(recorded.input(1)).toMatchObject({ Limit: 10, ConsistentRead: true, ScanIndexForward: false });
  });

  it('a send to a closed conversation: the claim, the refusal, the claim taken back', async () => {
    const recorded = recordedTable();
    recorded.mock
      .on(UpdateCommand)
      .resolvesOnce({ Attributes: member })
      .rejectsOnce(refusedBecauseOf(headItem(aHead({ closedAtMs: 1 }))))
      .resolves({});

    await expect(sendOver(recorded)(aSend)).rejects.toMatchObject({ code: 'CONFLICT' });

    expect(recorded.calls()).toEqual(['Update', 'Update', 'Update']);
  });

  it.each([
    { what: 'the tail of a quiet conversation', query: {}, calls: ['Query', 'Query'] },
    { what: 'a page before a position', query: { before: 5 }, calls: ['Query', 'Query'] },
    { what: 'a page after a position', query: { after: 5 }, calls: ['Query', 'Query'] },
    { what: 'a page around a position: both sides', query: { around: 5 }, calls: ['Query', 'Query', 'Query'] },
  ])('the history, $what', async ({ query, calls }) => {
    const recorded = recordedTable();
    const quiet = headItem(aHead({ lastSeq: 9, lastActivityAtMs: 0 }));
    recorded.mock
      .on(QueryCommand)
      .resolvesOnce({ Items: [quiet, member] })
      .resolves({});
    const ports = { readers: readerStore(recorded.table), messages: messageStore(recorded.table), clock };

    await readHistory(ports)({ userId: 'alice', scopes: [] }, { conversationId: 'c1', limit: 50, ...query });

    expect(recorded.calls()).toEqual(calls);
  });

  it('the history of somebody else: one read', async () => {
    const recorded = recordedTable();
    recorded.mock.on(QueryCommand).resolves({ Items: [head, member] });
    const ports = { readers: readerStore(recorded.table), messages: messageStore(recorded.table), clock };

    const read = readHistory(ports)({ userId: 'mallory', scopes: [] }, { conversationId: 'c1', limit: 50 });

    await expect(read).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(recorded.calls()).toEqual(['Query']);
  });

  it('a connection opened and closed: a write each, no read', async () => {
    const recorded = recordedTable();
    const { open, connections } = openingOver(recorded);

    await open(anyPrincipal, 'conn1');
    await connections.close({ userId: 'alice', connectionId: 'conn1' }, clock.now());

    expect(recorded.calls()).toEqual(['Update', 'Update']);
  });

  it('a connection opened beside some that never said goodbye: one write more, which forgets them', async () => {
    const recorded = recordedTable();
    const [over, live] = [
      { openedAtMs: 0, expiresAtMs: 1, joined: {} },
      { openedAtMs: 0, expiresAtMs: clock.now() + 1, joined: {} },
    ];
    const Attributes = { PK: 'USER#alice', 'conn#over': over, 'conn#live': live };
    recorded.mock.on(UpdateCommand).resolvesOnce({ Attributes }).resolves({});

    await openingOver(recorded).open(anyPrincipal, 'conn1');

    expect(recorded.calls()).toEqual(['Update', 'Update']);
    expect(recorded.input(1).ExpressionAttributeNames).toEqual({ '#connection0': 'conn#over' });
  });

  it('the connections of 250 users: a batch read for each hundred', async () => {
    const recorded = recordedTable();

    await connectionStore(recorded.table).connectionsOf(
      Array.from({ length: 250 }, (_, n) => `u${n}`),
      0,
    );

    expect(recorded.calls()).toEqual(['BatchGet', 'BatchGet', 'BatchGet']);
  });

  it('a member list: one query, and none again until the membership changes', async () => {
    const recorded = recordedTable();
    recorded.mock.on(QueryCommand).resolves({ Items: [{ PK: 'CONV#c1', SK: 'MEMBER#bob' }] });
    const lists = memberLists(memberStore(recorded.table));

    expect(await lists.membersOf('c1', 3)).toEqual(['bob']);
    await lists.membersOf('c1', 3);
    await lists.membersOf('c1', 2);
    expect(recorded.calls()).toEqual(['Query']);

    await lists.membersOf('c1', 4);
    expect(recorded.calls()).toEqual(['Query', 'Query']);
  });
});

describe('the memory of recent sends', () => {
  const full = Object.fromEntries(Array.from({ length: 32 }, (_, n) => [`key${n}`, leaseAt(clock.now() + n, 0)]));

  it('is trimmed by the next send on its way, at no call of its own', async () => {
    const recorded = tableForSending(memberItem(aMember({ recentSends: full }), 0));
    const send = sendOver(recorded);
    await send(aSend);
    recorded.mock.on(UpdateCommand).resolves({ Attributes: { ...member, ...headItem(aHead()) } });

    await send({ ...aSend, clientMessageId: 'm2' });
    await send({ ...aSend, clientMessageId: 'm3' });

    expect(recorded.calls()).toEqual(['Update', 'Update', 'Put', 'Update', 'Update', 'Put', 'Update', 'Update', 'Put']);
    const forgotten = Object.values(recorded.input(3).ExpressionAttributeNames ?? {}).filter((name) => name in full);
    expect(forgotten.toSorted()).toEqual(Object.keys(full).slice(0, 16).toSorted());
    expect(recorded.input(6).UpdateExpression).not.toContain('#old');
  });

  it('is trimmed at once where no function came to do it on its way', async () => {
    const neglected = Object.fromEntries(
      Array.from({ length: 49 }, (_, n) => [`key${n}`, leaseAt(clock.now() + n, 0)]),
    );
    const recorded = tableForSending(memberItem(aMember({ recentSends: neglected }), 0));

    await sendOver(recorded)(aSend);

    expect(recorded.calls()).toEqual(['Update', 'Update', 'Update', 'Put']);
    expect(Object.values(recorded.input(1).ExpressionAttributeNames ?? {})).toHaveLength(33);
  });
});

describe('when the SDK tried twice, because the first answer was lost,', () => {
  it('a claim that meets itself is a claim', async () => {
    const recorded = recordedTable();
    const lease = leaseAt(clock.now(), 0.5);
    const own = memberItem(aMember({ recentSends: { [digest('m1').slice(0, 8)]: lease } }), 0);
    recorded.mock
      .on(UpdateCommand)
      .rejectsOnce(refusedBecauseOf(own, 2))
      .resolves({ Attributes: headItem(aHead({ lastSeq: 7 })) });

    expect(await sendOver(recorded)(aSend)).toMatchObject({ isNew: true, message: { seq: 7 } });
  });

  it('a message that meets itself is stored', async () => {
    const recorded = tableForSending();
    recorded.mock.on(PutCommand).rejects(refusedBecauseOf(messageItem(aMessage({ seq: 7 })), 2));

    expect(await sendOver(recorded)(aSend)).toMatchObject({ isNew: true, message: { seq: 7 } });
  });

  it('a message that meets another one is an error, and never overwrites it', async () => {
    const recorded = tableForSending();
    recorded.mock.on(PutCommand).rejects(refusedBecauseOf(messageItem(aMessage({ senderId: 'bob' })), 2));

    await expect(sendOver(recorded)(aSend)).rejects.toMatchObject({ code: 'INTERNAL' });
  });
});
