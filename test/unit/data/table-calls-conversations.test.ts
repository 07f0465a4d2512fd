import { BatchGetCommand, QueryCommand, TransactWriteCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { addMembers } from '../../../lambdas/app/add-members.ts';
import { changePreferences } from '../../../lambdas/app/change-preferences.ts';
import { changeRole } from '../../../lambdas/app/change-role.ts';
import { closeConversation } from '../../../lambdas/app/close-conversation.ts';
import { createConversation } from '../../../lambdas/app/create-conversation.ts';
import { findByContext } from '../../../lambdas/app/find-by-context.ts';
import { findChannels } from '../../../lambdas/app/find-channels.ts';
import { joinChannel } from '../../../lambdas/app/join-channel.ts';
import { listConversations } from '../../../lambdas/app/list-conversations.ts';
import { listMembers } from '../../../lambdas/app/list-members.ts';
import { removeMember } from '../../../lambdas/app/remove-member.ts';
import { setMembers } from '../../../lambdas/app/set-members.ts';
import { showConversation } from '../../../lambdas/app/show-conversation.ts';
import { updateConversation } from '../../../lambdas/app/update-conversation.ts';
import { channelStore } from '../../../lambdas/data/channel-store.ts';
import { conversationStore } from '../../../lambdas/data/conversation-store.ts';
import { headStore } from '../../../lambdas/data/head-store.ts';
import { headItem, memberItem } from '../../../lambdas/data/items.ts';
import { memberStore } from '../../../lambdas/data/member-store.ts';
import { membershipStore } from '../../../lambdas/data/membership-store.ts';
import { surroundingsStore } from '../../../lambdas/data/surroundings-store.ts';
import type { Head, Member } from '../../../lambdas/domain/conversation.ts';
import { digest } from '../../../lambdas/runtime/randomness.ts';
import { fakeClock } from '../../helpers/fake-clock.ts';
import { aHead, aMember } from '../../helpers/memory-stores.ts';
import { recordedTable } from '../../helpers/recorded-table.ts';

const someone = (userId: string, ...scopes: string[]) => ({ userId, scopes, expiresAt: 0 });
const [alice, service] = [someone('alice'), someone('backend', 'chat:service')];
const users = (count: number) => Array.from({ length: count }, (_, n) => `u${n}`);

/** A table that holds one conversation with these members. */
function tableOf(head: Partial<Head> = {}, ...members: Partial<Member>[]) {
  const recorded = recordedTable();
  const items = [
    headItem(aHead({ ownerCount: 1, ...head })),
    ...members.map((member) => memberItem(aMember(member), 0)),
  ];
  recorded.mock.on(BatchGetCommand).resolves({ Responses: { Chat: items } });
  return recorded;
}

const portsOver = ({ table }: ReturnType<typeof recordedTable>) => ({
  conversations: conversationStore(table),
  heads: headStore(table),
  members: { ...membershipStore(table), ...memberStore(table) },
  surroundings: surroundingsStore(table),
  channels: channelStore(table),
  clock: fakeClock(),
  randomness: { id: () => 'id' },
  digest,
  membersPerGroup: 1_000,
});

const owner = { userId: 'alice', role: 'owner' } as const;
const bob = { userId: 'bob', role: 'member' } as const;

type Recorded = ReturnType<typeof recordedTable>;
const partsOf = (recorded: Recorded, call: number) => {
  const parts = recorded.input(call).TransactItems as Record<string, unknown>[];
  return parts.map((part) => Object.keys(part)[0]);
};

describe('the table calls of', () => {
  it('a list of fifty direct conversations: one query of the index, two batch reads of at most a hundred items', async () => {
    const recorded = recordedTable();
    const ids = users(50);
    recorded.mock.on(QueryCommand).resolves({ Items: ids.map((id) => ({ GSI1SK: `CONV#00000001#${id}` })) });
    const items = ids.flatMap((conversationId) => [
      headItem(aHead({ conversationId, type: 'direct', pair: ['alice', `with-${conversationId}`] })),
      memberItem(aMember({ conversationId, userId: 'alice' }), 0),
    ]);
    recorded.mock
      .on(BatchGetCommand)
      .resolvesOnce({ Responses: { Chat: items } })
      .resolves({});

    const { conversations } = await listConversations(portsOver(recorded))('alice', { limit: 50 });

    expect(conversations).toHaveLength(50);
    expect(recorded.calls()).toEqual(['Query', 'BatchGet', 'BatchGet']);
    expect(recorded.input(0)).toMatchObject({ IndexName: 'GSI1', ConsistentRead: false, Limit: 50 });
  });

  it.each([
    { what: 'as plain as can be', head: {}, calls: ['BatchGet'] },
    { what: 'with metadata', head: { hasDetails: true }, calls: ['BatchGet', 'BatchGet'] },
  ])('one conversation $what', async ({ head, calls }) => {
    const recorded = tableOf(head, owner);

    await showConversation(portsOver(recorded))(alice, 'c1');

    expect(recorded.calls()).toEqual(calls);
  });

  it('a new direct conversation: a read, a transaction that looks at blocks, a read of the other side', async () => {
    const recorded = recordedTable();

    await createConversation(portsOver(recorded))(alice, { type: 'direct', userId: 'bob' });

    expect(recorded.calls()).toEqual(['BatchGet', 'TransactWrite', 'BatchGet']);
    expect(partsOf(recorded, 1)).toEqual(['Put', 'Put', 'Put', 'ConditionCheck', 'ConditionCheck']);
  });

  it('a group of a hundred: what one transaction does not hold goes before it', async () => {
    const recorded = recordedTable();

    await createConversation(portsOver(recorded))(alice, { type: 'group', title: 'A group', memberIds: users(99) });

    expect(recorded.calls()).toEqual(['BatchWrite', 'TransactWrite']);
    expect(recorded.input(1).TransactItems).toHaveLength(100);
  });

  it('a context of a hundred users: nobody is a member before the conversation is there', async () => {
    const recorded = recordedTable();
    const context = { type: 'order', id: '7' };
    const request = { type: 'group', title: 'A group', memberIds: users(99), context } as const;

    await createConversation(portsOver(recorded))(alice, request);

    expect(recorded.calls()).toEqual(['BatchGet', 'TransactWrite', 'TransactWrite']);
    expect(partsOf(recorded, 2)).toEqual(['Update', 'Put', ...Array(10).fill('Put')]);
  });

  it('a search by context: one read', async () => {
    const recorded = recordedTable();

    await findByContext(portsOver(recorded))(alice, { type: 'order', id: '7' });

    expect(recorded.calls()).toEqual(['BatchGet']);
  });

  it('a rename: one read, and one transaction of head and mark', async () => {
    const recorded = tableOf({}, owner);

    await updateConversation(portsOver(recorded))(alice, 'c1', { title: 'New' });

    expect(recorded.calls()).toEqual(['BatchGet', 'TransactWrite']);
    expect(partsOf(recorded, 1)).toEqual(['Update', 'Put']);
  });

  it('new metadata: an item more, and read once more to be shown', async () => {
    const recorded = tableOf({}, owner);

    await updateConversation(portsOver(recorded))(alice, 'c1', { metadata: { order: 7 } });

    expect(recorded.calls()).toEqual(['BatchGet', 'TransactWrite', 'BatchGet']);
    expect(partsOf(recorded, 1)).toEqual(['Update', 'Put', 'Put']);
  });

  it('a closing: one read, one transaction; closing again: one read', async () => {
    const [open, closed] = [tableOf({}, owner), tableOf({ closedAtMs: 1 }, owner)];

    await closeConversation(portsOver(open))(alice, 'c1');
    await closeConversation(portsOver(closed))(alice, 'c1');

    expect([open.calls(), closed.calls()]).toEqual([['BatchGet', 'TransactWrite'], ['BatchGet']]);
  });

  it('a search that finds nothing in many channels: four queries of the index', async () => {
    const recorded = recordedTable();
    const key = { GSI1SK: 'news#c1' };
    recorded.mock.on(QueryCommand).resolves({ Items: [key], LastEvaluatedKey: key });

    const { channels, nextCursor } = await findChannels(portsOver(recorded))({
      q: 'cats',
      limit: 50,
      cursor: undefined,
    });

    expect({ channels, goesOn: nextCursor !== undefined }).toEqual({ channels: [], goesOn: true });
    expect(recorded.calls()).toEqual(['Query', 'Query', 'Query', 'Query']);
  });

  it('a join: one read, one transaction', async () => {
    const recorded = tableOf({ type: 'channel', visibility: 'public' });

    await joinChannel(portsOver(recorded))(someone('bob'), 'c1');

    expect(recorded.calls()).toEqual(['BatchGet', 'TransactWrite']);
    expect(partsOf(recorded, 1)).toEqual(['Update', 'Put', 'Put']);
  });

  it('a page of members: one read, one query', async () => {
    const recorded = tableOf({}, owner);

    await listMembers(portsOver(recorded))(alice, 'c1', { limit: 50 });

    expect(recorded.calls()).toEqual(['BatchGet', 'Query']);
    expect(recorded.input(1)).toMatchObject({ Limit: 50, ConsistentRead: true });
  });

  it('an addition of a hundred: one read each hundred items, one transaction each 45 members', async () => {
    const recorded = tableOf({}, owner);
    recorded.mock
      .on(BatchGetCommand)
      .resolvesOnce({ Responses: { Chat: [headItem(aHead()), memberItem(aMember(owner), 0)] } })
      .resolves({});

    await addMembers(portsOver(recorded))(alice, 'c1', { userIds: users(100) });

    expect(recorded.calls()).toEqual(['BatchGet', 'BatchGet', 'TransactWrite', 'TransactWrite', 'TransactWrite']);
    expect(recorded.input(2).TransactItems).toHaveLength(47);
  });

  it('an addition of who is there already: one read', async () => {
    const recorded = tableOf({}, owner, bob);

    await addMembers(portsOver(recorded))(alice, 'c1', { userIds: ['bob'] });

    expect(recorded.calls()).toEqual(['BatchGet']);
  });

  it('a backend’s upsert: one read, one query, one transaction', async () => {
    const recorded = tableOf({});
    recorded.mock.on(QueryCommand).resolves({ Items: [memberItem(aMember(bob), 0)] });

    await setMembers(portsOver(recorded))(service, 'c1', { userIds: ['carol'] });

    expect(recorded.calls()).toEqual(['BatchGet', 'Query', 'TransactWrite']);
    expect(partsOf(recorded, 2)).toEqual(['Update', 'Put', 'Delete', 'Put']);
  });

  it('a new role: one read, one transaction; the same role: one read', async () => {
    const [changed, same] = [tableOf({}, owner, bob), tableOf({}, owner, bob)];

    await changeRole(portsOver(changed))(alice, 'c1', 'bob', { role: 'moderator' });
    await changeRole(portsOver(same))(alice, 'c1', 'bob', { role: 'member' });

    expect([changed.calls(), same.calls()]).toEqual([['BatchGet', 'TransactWrite'], ['BatchGet']]);
    expect(partsOf(changed, 1)).toEqual(['Update', 'Put', 'Update']);
  });

  it('a removal: one read, one transaction', async () => {
    const recorded = tableOf({}, owner, bob);

    await removeMember(portsOver(recorded))(alice, 'c1', 'bob');

    expect(recorded.calls()).toEqual(['BatchGet', 'TransactWrite']);
    expect(partsOf(recorded, 1)).toEqual(['Update', 'Put', 'Delete']);
  });

  it('preferences: one conditional write', async () => {
    const recorded = recordedTable();
    recorded.mock.on(UpdateCommand).resolves({ Attributes: memberItem(aMember(), 0) });

    await changePreferences(portsOver(recorded))('alice', 'c1', { pinned: true, mutedUntil: null });

    expect(recorded.calls()).toEqual(['Update']);
    expect(recorded.input(0)).toMatchObject({
      UpdateExpression: 'SET #pinned = :pinned REMOVE #mutedUntilMs, #emit, #changed',
      ConditionExpression: 'attribute_exists(PK)',
    });
  });

  it('a change of a head: under the next revision, while the last one stands', async () => {
    const recorded = tableOf({ lastRev: 4 }, owner);
    recorded.mock.on(TransactWriteCommand).resolves({});

    await closeConversation(portsOver(recorded))(alice, 'c1');

    const [head, mark] = recorded.input(1).TransactItems as [{ Update: object }, { Put: object }];
    expect(head.Update).toMatchObject({
      ConditionExpression: '#lastRev = :seenRev',
      ExpressionAttributeValues: {
        ':seenRev': 4,
        ':lastRev': 5,
        ':changedRev': 5,
        ':emit': 'conversation.closed',
        ':changed': { atMs: expect.any(Number) },
      },
    });
    expect(mark.Put).toMatchObject({ Item: { SK: 'CHANGE#0000000000000005' } });
  });
});
