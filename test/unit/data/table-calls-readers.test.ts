import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { BatchGetCommand, QueryCommand, TransactWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import type { Sync } from '../../../contract/sync.ts';
import { listReceipts } from '../../../lambdas/app/list-receipts.ts';
import { blockUser, listBlocks, unblockUser } from '../../../lambdas/app/manage-blocks.ts';
import { saveProfile, showUser } from '../../../lambdas/app/manage-profile.ts';
import { moveWatermark } from '../../../lambdas/app/move-watermark.ts';
import { responseRoom, sync } from '../../../lambdas/app/sync.ts';
import { blockStore } from '../../../lambdas/data/block-store.ts';
import { conversationStore } from '../../../lambdas/data/conversation-store.ts';
import { headAndMembers } from '../../../lambdas/data/head-and-members.ts';
import { headItem, markItem, memberItem, messageItem } from '../../../lambdas/data/items.ts';
import { profileStore } from '../../../lambdas/data/profile-store.ts';
import { receiptStore } from '../../../lambdas/data/receipt-store.ts';
import { syncStores } from '../../../lambdas/data/sync-stores.ts';
import type { Head, Member } from '../../../lambdas/domain/conversation.ts';
import { leaseAt } from '../../../lambdas/domain/send-lease.ts';
import { digest } from '../../../lambdas/runtime/randomness.ts';
import { fakeClock } from '../../helpers/fake-clock.ts';
import { aHead, aMember, aMessage } from '../../helpers/memory-stores.ts';
import { recordedTable } from '../../helpers/recorded-table.ts';

const clock = fakeClock();
const alice = { userId: 'alice', scopes: [], expiresAt: 0 };

/** A table with one conversation and alice's membership of it. */
function tableWith(head: Partial<Head> = {}, member: Partial<Member> = {}) {
  const recorded = recordedTable();
  const own = memberItem(aMember(member), 0);
  recorded.mock.on(BatchGetCommand).resolves({ Responses: { Chat: [headItem(aHead({ lastSeq: 9, ...head })), own] } });
  recorded.mock.on(UpdateCommand).resolves({ Attributes: own });
  return recorded;
}

describe('the table calls of a watermark', () => {
  const move = ({ table }: ReturnType<typeof recordedTable>, kind: 'read' | 'delivered', seq?: number) =>
    moveWatermark({ conversations: conversationStore(table), receipts: receiptStore(table), clock })({
      kind,
      userId: 'alice',
      conversationId: 'c1',
      seq,
    });
  const justNow = { m1: leaseAt(clock.now(), 0) };

  it.each([
    { what: 'everything read', kind: 'read' as const, member: {}, calls: ['BatchGet', 'Update'] },
    { what: 'everything delivered', kind: 'delivered' as const, member: {}, calls: ['BatchGet', 'Update'] },
    { what: 'nothing forward', kind: 'read' as const, member: { lastReadSeq: 9 }, calls: ['BatchGet'] },
    {
      what: 'everything read, long after the last own message',
      kind: 'read' as const,
      member: { ownSinceRead: 2 },
      calls: ['BatchGet', 'Update'],
    },
  ])('$what', async ({ kind, member, calls }) => {
    const recorded = tableWith({}, member);

    await move(recorded, kind);

    expect(recorded.calls()).toEqual(calls);
  });

  it('everything read, right after an own message: one query that counts', async () => {
    const recorded = tableWith({}, { ownSinceRead: 1, recentSends: justNow });
    recorded.mock.on(QueryCommand).resolves({ Count: 1 });

    await move(recorded, 'read');

    expect(recorded.calls()).toEqual(['BatchGet', 'Query', 'Update']);
    expect(recorded.input(1)).toMatchObject({ Select: 'COUNT', FilterExpression: 'senderId = :sender' });
    expect(recorded.input(2)).toMatchObject({
      ConditionExpression: 'lastReadSeq = :seenRead AND ownSinceRead = :seenOwn AND lastDeliveredSeq <= :delivered',
      ExpressionAttributeValues: { ':read': 9, ':own': 0 },
    });
  });

  it('waits for an own message that is being written, and then no longer', async () => {
    const recorded = tableWith({}, { ownSinceRead: 1, recentSends: justNow });
    recorded.mock.on(QueryCommand).resolvesOnce({ Count: 0 }).resolves({ Count: 1 });
    await move(recorded, 'read');
    expect(recorded.calls()).toEqual(['BatchGet', 'Query', 'BatchGet', 'Query', 'Update']);

    const dead = tableWith({}, { ownSinceRead: 1, recentSends: { m1: leaseAt(clock.now(), 0) } });
    dead.mock.on(QueryCommand).resolves({ Count: 0 });
    await move(dead, 'read');
    expect(dead.calls().filter((call) => call === 'Update')).toHaveLength(1);
    expect(dead.mock.commandCalls(UpdateCommand)[0]?.args[0].input.ExpressionAttributeValues).toMatchObject({
      ':own': 1,
    });
  });

  it('the receipts: one query; one read more in a large conversation', async () => {
    const list = ({ table }: ReturnType<typeof recordedTable>) =>
      listReceipts({ conversations: conversationStore(table), members: { headAndMembers: headAndMembers(table) } })(
        { userId: 'alice', scopes: [] },
        'c1',
      );
    const [small, large] = [tableWith(), tableWith({ memberCount: 101 })];
    small.mock.on(QueryCommand).resolves({ Items: [headItem(aHead()), memberItem(aMember(), 0)] });
    large.mock.on(QueryCommand).resolves({ Items: [headItem(aHead({ memberCount: 101 }))] });

    await list(small);
    await list(large);

    expect([small.calls(), large.calls()]).toEqual([['Query'], ['Query', 'BatchGet']]);
  });
});

describe('the table calls of sync', () => {
  const ask = ({ table }: ReturnType<typeof recordedTable>, cursors: Sync['cursors']) =>
    sync({ ...syncStores(table, async () => 'table'), clock }, responseRoom)(alice, {
      epoch: digest('table'),
      cursors,
    });
  const inIndex = (...conversationIds: string[]) => ({
    Items: conversationIds.map((id) => ({ GSI1SK: `CONV#00000001#${id}` })),
  });

  it('fifty conversations in which nothing happened: one query of the index, one batch read', async () => {
    const recorded = recordedTable();
    const ids = Array.from({ length: 50 }, (_, n) => `c${n}`);
    const items = ids.flatMap((conversationId) => [
      headItem(aHead({ conversationId, lastSeq: 9, lastRev: 3 })),
      memberItem(aMember({ conversationId }), 0),
    ]);
    recorded.mock.on(QueryCommand).resolves(inIndex(...ids));
    recorded.mock.on(BatchGetCommand).resolves({ Responses: { Chat: items } });

    const answer = await ask(recorded, Object.fromEntries(ids.map((id) => [id, { seq: 9, rev: 3 }])));

    expect(answer).toMatchObject({ conversations: [], left: [] });
    expect(recorded.calls()).toEqual(['Query', 'BatchGet']);
    expect(recorded.input(0)).toMatchObject({ IndexName: 'GSI1', Limit: 50 });
  });

  it('one in which something was sent and something changed: three queries, a batch read, a write', async () => {
    const recorded = tableWith({ lastSeq: 2, lastRev: 4, lastRevAtMs: clock.now() }, { lastDeliveredSeq: 1 });
    const place = recorded.mock.on(BatchGetCommand);
    place.resolvesOnce({
      Responses: {
        Chat: [
          headItem(aHead({ lastSeq: 2, lastRev: 4, lastRevAtMs: clock.now(), lastActivityAtMs: clock.now() })),
          memberItem(aMember({ lastDeliveredSeq: 1 }), 0),
        ],
      },
    });
    place.resolves({ Responses: { Chat: [messageItem(aMessage({ seq: 1, rev: 4 }))] } });
    const mark = markItem({ conversationId: 'c1', rev: 4, seq: 1, atMs: clock.now() });
    recorded.mock
      .on(QueryCommand)
      .resolvesOnce(inIndex('c1'))
      .resolvesOnce({ Items: [messageItem(aMessage({ seq: 2, createdAtMs: clock.now() }))] })
      .resolvesOnce({ Items: [mark] })
      .resolves({ Items: [headItem(aHead()), memberItem(aMember(), 0)] });

    const answer = await ask(recorded, { c1: { seq: 1, rev: 3 } });

    expect(answer).toMatchObject({
      conversations: [{ settledSeq: 2, rev: 4, messages: [{ seq: 2 }], changed: [{ seq: 1 }], hasMore: false }],
    });
    expect(recorded.calls()).toEqual(['Query', 'BatchGet', 'Query', 'Query', 'Query', 'BatchGet', 'Update']);
  });

  it('another life of the table: nothing is read', async () => {
    const recorded = recordedTable();
    const ports = { ...syncStores(recorded.table, async () => 'restored'), clock };

    const answer = await sync(ports, responseRoom)(alice, { epoch: digest('table'), cursors: {} });

    expect(answer).toEqual({ reset: true, epoch: digest('restored') });
    expect(recorded.calls()).toEqual([]);
  });
});

describe('the table calls of users', () => {
  const refused = (failed: number) =>
    new TransactionCanceledException({
      message: 'refused',
      $metadata: {},
      CancellationReasons: [0, 1, 2].map((part) => ({ Code: part === failed ? 'ConditionalCheckFailed' : 'None' })),
    });

  it('a profile: one read, one write', async () => {
    const recorded = recordedTable();
    const profiles = profileStore(recorded.table);

    await showUser({ profiles })(alice, 'bob');
    await saveProfile({ profiles })('alice', { displayName: 'Alice' });

    expect(recorded.calls()).toEqual(['Get', 'Put']);
  });

  it('a block: a count and one transaction, two where there is no direct conversation', async () => {
    const [withConversation, without] = [recordedTable(), recordedTable()];
    without.mock.on(TransactWriteCommand).rejectsOnce(refused(2)).resolves({});
    const block = ({ table }: ReturnType<typeof recordedTable>) =>
      blockUser({ blocks: blockStore(table), clock, digest })('alice', 'bob');

    await block(withConversation);
    await block(without);

    expect(withConversation.calls()).toEqual(['Query', 'TransactWrite']);
    expect(without.calls()).toEqual(['Query', 'TransactWrite', 'TransactWrite']);
    expect(withConversation.input(1).TransactItems).toHaveLength(4);
  });

  it('a block taken away that is not there: one transaction that is refused', async () => {
    const recorded = recordedTable();
    recorded.mock.on(TransactWriteCommand).rejects(refused(0));

    await unblockUser({ blocks: blockStore(recorded.table), digest })('alice', 'bob');

    expect(recorded.calls()).toEqual(['TransactWrite']);
  });

  it('a page of blocks: one query', async () => {
    const recorded = recordedTable();

    await listBlocks({ blocks: blockStore(recorded.table) })('alice', { limit: 50 });

    expect(recorded.calls()).toEqual(['Query']);
    expect(recorded.input(0)).toMatchObject({ Limit: 50 });
  });
});
