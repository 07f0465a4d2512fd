import { ConditionalCheckFailedException, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  DeleteCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, it } from 'vitest';
import { deleteMessage } from '../../../lambdas/app/delete-message.ts';
import { editMessage } from '../../../lambdas/app/edit-message.ts';
import { forwardMessage } from '../../../lambdas/app/forward-message.ts';
import { pinMessage, unpinMessage } from '../../../lambdas/app/pin-message.ts';
import { addReaction, removeReaction } from '../../../lambdas/app/react.ts';
import { readHistory } from '../../../lambdas/app/read-history.ts';
import { sendMessage } from '../../../lambdas/app/send-message.ts';
import { listPins, listReactions, listReplies, showMessage } from '../../../lambdas/app/show-message.ts';
import { activityStore } from '../../../lambdas/data/activity-store.ts';
import { headItem, memberItem, messageItem, pinsItem, reactionItem } from '../../../lambdas/data/items.ts';
import { messageStores } from '../../../lambdas/data/message-stores.ts';
import { sendStores } from '../../../lambdas/data/send-stores.ts';
import type { Head, Member } from '../../../lambdas/domain/conversation.ts';
import type { Message } from '../../../lambdas/domain/message.ts';
import { digest } from '../../../lambdas/runtime/randomness.ts';
import { carryNothing } from '../../helpers/carry-nothing.ts';
import { fakeClock } from '../../helpers/fake-clock.ts';
import { aHead, aMember, aMessage } from '../../helpers/memory-stores.ts';
import { recordedTable } from '../../helpers/recorded-table.ts';

const alice = { userId: 'alice', scopes: [] };
const page = { limit: 50 };
const randomness = { fraction: () => 0.5, id: () => 'id' };

interface Stored {
  head?: Partial<Head>;
  member?: Partial<Member>;
  message?: Partial<Message>;
}

/** A table with one conversation in which alice owns everything and has sent one message. */
function conversationWith({ head, member, message }: Stored = {}) {
  const recorded = recordedTable();
  const items = {
    head: headItem(aHead({ lastSeq: 1, ...head })),
    member: memberItem(aMember({ role: 'owner', ...member }), 0),
    message: messageItem(aMessage(message)),
  };
  recorded.mock.on(BatchGetCommand).resolves({ Responses: { Chat: Object.values(items) } });
  recorded.mock.on(UpdateCommand).resolves({ Attributes: headItem(aHead({ lastSeq: 1, lastRev: 5, ...head })) });
  recorded.mock.on(QueryCommand).resolves({ Items: [items.head, items.member], Count: 3 });
  const clock = fakeClock();
  const sending = { ...sendStores(recorded.table), carry: carryNothing, clock, randomness, digest };
  const ports = { ...sending, ...messageStores(recorded.table), send: sendMessage(sending) };
  return { ...recorded, items, ports };
}

const refusedBy = (item: Record<string, unknown> | undefined, attempts = 1) =>
  new ConditionalCheckFailedException({
    message: 'refused',
    $metadata: { attempts },
    ...(item && { Item: marshall(item) }),
  });
const cancelled = () =>
  new TransactionCanceledException({
    message: 'cancelled',
    $metadata: {},
    CancellationReasons: [{ Code: 'ConditionalCheckFailed' }, { Code: 'None' }, { Code: 'None' }],
  });

describe('the table calls of', () => {
  it('an edit: one batch read, the head’s revision, a transaction of three writes', async () => {
    const { calls, input, ports } = conversationWith();

    await editMessage(ports)(alice, 'c1.1', { text: 'new' });

    expect(calls()).toEqual(['BatchGet', 'Update', 'TransactWrite']);
    expect(input(1)).toMatchObject({
      UpdateExpression: 'ADD lastRev :one SET lastRevAtMs = :now, lastMessage = :preview REMOVE emit, changed',
      ConditionExpression: 'attribute_exists(PK) AND attribute_not_exists(closedAtMs) AND lastSeq = :seq',
    });
    expect(input(2).TransactItems).toMatchObject([
      { Update: { ConditionExpression: '#rev = :seenRev', ExpressionAttributeValues: { ':seenRev': 0, ':rev': 5 } } },
      { Put: { Item: { entity: 'revision', rev: 5, text: 'hello' } } },
      { Put: { Item: { entity: 'mark', rev: 5, seq: 1 } } },
    ]);
  });

  it('an edit of what is the last message no longer: one write more, which leaves the list alone', async () => {
    const { calls, input, mock, items, ports } = conversationWith();
    mock.on(UpdateCommand).rejectsOnce(refusedBy(items.head)).resolves({ Attributes: items.head });

    await editMessage(ports)(alice, 'c1.1', { text: 'new' });

    expect(calls()).toEqual(['BatchGet', 'Update', 'Update', 'TransactWrite']);
    expect(input(2).UpdateExpression).not.toContain('lastMessage');
  });

  it('an edit that another change overtakes: all of it again', async () => {
    const { calls, mock, ports } = conversationWith();
    mock.on(TransactWriteCommand).rejectsOnce(cancelled()).resolves({});

    await editMessage(ports)(alice, 'c1.1', { text: 'new' });

    expect(calls()).toEqual(['BatchGet', 'Update', 'TransactWrite', 'BatchGet', 'Update', 'TransactWrite']);
  });

  it('an edit that is always overtaken: an end', async () => {
    const { mock, ports } = conversationWith();
    mock.on(TransactWriteCommand).rejects(cancelled());

    await expect(editMessage(ports)(alice, 'c1.1', { text: 'new' })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('an edit of a conversation that is closed just then: a conflict', async () => {
    const { calls, mock, ports } = conversationWith();
    mock.on(UpdateCommand).rejects(refusedBy(headItem(aHead({ closedAtMs: 1 }))));

    await expect(editMessage(ports)(alice, 'c1.1', { text: 'new' })).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(calls()).toEqual(['BatchGet', 'Update']);
  });

  it('a deletion: as an edit, and one write for its pin', async () => {
    const { calls, input, ports } = conversationWith({ message: { pinned: true } });

    await deleteMessage(ports)(alice, 'c1.1');

    expect(calls()).toEqual(['BatchGet', 'Update', 'TransactWrite', 'Update']);
    expect(input(2).TransactItems).toMatchObject([
      { Update: { UpdateExpression: expect.stringMatching(/REMOVE .*#text.*#pinned/) } },
      { Put: { Item: { isDeletion: true, text: 'hello' } } },
      {},
    ]);
  });

  it('a reaction: one batch read, four writes, and a count after the revision was taken', async () => {
    const { calls, input, ports } = conversationWith();

    await addReaction(ports)(alice, 'c1.1', '👍');

    expect(calls()).toEqual(['BatchGet', 'Put', 'Update', 'Put', 'Query', 'Update']);
    expect(input(4)).toMatchObject({ Select: 'COUNT', ConsistentRead: true });
    expect(input(5)).toMatchObject({
      UpdateExpression: 'SET #rev = :rev, emit = :emit, changed = :changed, reactions.#emoji = :count',
      ConditionExpression: '#rev < :rev AND attribute_not_exists(deletedAtMs)',
      ExpressionAttributeValues: { ':rev': 5, ':count': { count: 3, rev: 5 }, ':emit': 'reaction.added' },
    });
  });

  it('a reaction taken back: the same', async () => {
    const { calls, input, mock, ports } = conversationWith();
    mock.on(QueryCommand).resolves({ Count: 0 });

    await removeReaction(ports)(alice, 'c1.1', '👍');

    expect(calls()).toEqual(['BatchGet', 'Delete', 'Update', 'Put', 'Query', 'Update']);
    expect(input(5).UpdateExpression).toContain('REMOVE reactions.#emoji');
  });

  it('a reaction that was there already: a write that is refused, and a count', async () => {
    const { calls, mock, ports } = conversationWith({ message: { reactions: { '👍': { count: 3, rev: 1 } } } });
    mock.on(PutCommand).rejects(refusedBy({ PK: 'P' }));

    await addReaction(ports)(alice, 'c1.1', '👍');

    expect(calls()).toEqual(['BatchGet', 'Put', 'Query']);
  });

  it('a reaction that a later one of the same emoji has counted: one write more, which only announces it', async () => {
    const { calls, input, mock, items, ports } = conversationWith();
    const counted = messageItem(aMessage({ rev: 6, reactions: { '👍': { count: 4, rev: 6 } } }));
    mock
      .on(UpdateCommand)
      .resolvesOnce({ Attributes: { ...items.head, lastRev: 5 } })
      .rejectsOnce(refusedBy(counted))
      .resolves({});

    await addReaction(ports)(alice, 'c1.1', '👍');

    expect(calls()).toEqual(['BatchGet', 'Put', 'Update', 'Put', 'Query', 'Update', 'Update']);
    expect(input(6).UpdateExpression).toBe('SET #emit = :emit, #changed = :changed');
  });

  it('a reaction that anything else overtakes: another revision', async () => {
    const { calls, mock, items, ports } = conversationWith();
    mock
      .on(UpdateCommand)
      .resolvesOnce({ Attributes: { ...items.head, lastRev: 5 } })
      .rejectsOnce(refusedBy(messageItem(aMessage({ rev: 6 }))))
      .resolves({ Attributes: { ...items.head, lastRev: 7 } });

    await addReaction(ports)(alice, 'c1.1', '👍');

    expect(calls().slice(5)).toEqual(['Update', 'Update', 'Put', 'Query', 'Update']);
  });

  it('a reaction to what is deleted just then: no further write', async () => {
    const { calls, mock, items, ports } = conversationWith();
    mock
      .on(UpdateCommand)
      .resolvesOnce({ Attributes: { ...items.head, lastRev: 5 } })
      .rejects(refusedBy(messageItem(aMessage({ rev: 6, deletedAtMs: 1 }))));

    await addReaction(ports)(alice, 'c1.1', '👍');

    expect(calls()).toEqual(['BatchGet', 'Put', 'Update', 'Put', 'Query', 'Update']);
  });

  it('a pin: one batch read, four writes, and a look at the pins after the revision was taken', async () => {
    const { calls, input, mock, ports } = conversationWith();
    mock.on(GetCommand).resolves({ Item: pinsItem('c1', [{ seq: 1, atMs: 1 }]) });

    await pinMessage(ports)(alice, 'c1.1');

    expect(calls()).toEqual(['BatchGet', 'Update', 'Update', 'Put', 'Get', 'Update']);
    expect(input(1).ConditionExpression).toContain('size(pins) < :most');
    expect(input(5).UpdateExpression).toContain('#pinned = :pinned');
  });

  it('the first pin of a conversation: one write more', async () => {
    const { calls, mock, items, ports } = conversationWith();
    mock.on(UpdateCommand).rejectsOnce(refusedBy(undefined)).resolves({ Attributes: items.head });

    await pinMessage(ports)(alice, 'c1.1');

    expect(calls().slice(0, 3)).toEqual(['BatchGet', 'Update', 'Put']);
  });

  it('a pin of what is deleted just then: taken off again', async () => {
    const { calls, mock, items, ports } = conversationWith();
    mock
      .on(UpdateCommand)
      .resolvesOnce({})
      .resolvesOnce({ Attributes: items.head })
      .rejectsOnce(refusedBy(messageItem(aMessage({ deletedAtMs: 1 }))))
      .resolves({});

    await pinMessage(ports)(alice, 'c1.1');

    expect(calls()).toEqual(['BatchGet', 'Update', 'Update', 'Put', 'Get', 'Update', 'Update']);
  });

  it('unpinning: the same; of what is not pinned: one write that is refused', async () => {
    const { calls, mock, ports } = conversationWith();
    await unpinMessage(ports)(alice, 'c1.1');
    expect(calls()).toEqual(['BatchGet', 'Update', 'Update', 'Put', 'Get', 'Update']);

    mock.on(UpdateCommand).rejects(refusedBy({ pins: {} }));
    await unpinMessage(ports)(alice, 'c1.1');
    expect(calls().slice(6)).toEqual(['BatchGet', 'Update']);
  });

  it('one message: head and members, the message, own reactions where there are any', async () => {
    const { calls, mock, items, ports } = conversationWith();
    mock.on(BatchGetCommand).resolves({ Responses: { Chat: [items.message] } });
    await showMessage(ports)(alice, 'c1.1');
    expect(calls()).toEqual(['Query', 'BatchGet']);

    const reactedTo = conversationWith({ message: { reactions: { '👍': { count: 1, rev: 1 } } } });
    const own = reactionItem({ conversationId: 'c1', seq: 1, emoji: '👍', userId: 'alice', atMs: 1 });
    reactedTo.mock
      .on(BatchGetCommand)
      .resolvesOnce({ Responses: { Chat: [reactedTo.items.message] } })
      .resolves({ Responses: { Chat: [own] } });
    expect(await showMessage(reactedTo.ports)(alice, 'c1.1')).toMatchObject({ reactions: { '👍': { mine: true } } });
    expect(reactedTo.calls()).toEqual(['Query', 'BatchGet', 'BatchGet']);
  });

  it('a page of the history with reactions on it: two queries, one batch read', async () => {
    const { calls, mock, items, ports } = conversationWith();
    const message = messageItem(aMessage({ reactions: { '👍': { count: 1, rev: 1 } } }));
    mock
      .on(QueryCommand)
      .resolvesOnce({ Items: [items.head, items.member] })
      .resolves({ Items: [message] });

    await readHistory(ports)(alice, { conversationId: 'c1', ...page });

    expect(calls()).toEqual(['Query', 'Query', 'BatchGet']);
  });

  it('a page of the history of a large conversation: own membership in the one batch read', async () => {
    const { calls, input, mock, items, ports } = conversationWith({ head: { memberCount: 101, lastActivityAtMs: 0 } });
    mock
      .on(QueryCommand)
      .resolvesOnce({ Items: [items.head] })
      .resolves({ Items: [items.message] });
    mock.on(BatchGetCommand).resolves({ Responses: { Chat: [items.member] } });

    await readHistory(ports)(alice, { conversationId: 'c1', ...page });

    expect(calls()).toEqual(['Query', 'Query', 'BatchGet']);
    expect(input(2).RequestItems).toMatchObject({ Chat: { Keys: [{ PK: 'CONV#c1', SK: 'MEMBER#alice' }] } });
  });

  it('replies: head and members, one query of the index, one batch read', async () => {
    const { calls, input, mock, items, ports } = conversationWith();
    mock
      .on(QueryCommand)
      .resolvesOnce({ Items: [items.head, items.member] })
      .resolves({ Items: [{ GSI1SK: '0000000000000002' }] });
    mock.on(BatchGetCommand).resolves({ Responses: { Chat: [messageItem(aMessage({ seq: 2 })), items.message] } });

    expect(await listReplies(ports)(alice, 'c1.1', page)).toMatchObject({ messages: [{ seq: 2 }] });

    expect(calls()).toEqual(['Query', 'Query', 'BatchGet']);
    expect(input(1)).toMatchObject({ IndexName: 'GSI1', ConsistentRead: false, Limit: 50 });
  });

  it('pins: head and members, the pins, one batch read; without any, nothing more', async () => {
    const { calls, mock, items, ports } = conversationWith();
    mock.on(BatchGetCommand).resolves({ Responses: { Chat: [items.message] } });
    mock.on(GetCommand).resolvesOnce({ Item: pinsItem('c1', [{ seq: 1, atMs: 1 }]) });
    await listPins(ports)(alice, 'c1');
    expect(calls()).toEqual(['Query', 'Get', 'BatchGet']);

    mock.on(GetCommand).resolves({});
    await listPins(ports)(alice, 'c1');
    expect(calls().slice(3)).toEqual(['Query', 'Get']);
  });

  it('who has reacted: one batch read, one query', async () => {
    const { calls, mock, ports } = conversationWith();
    mock.on(QueryCommand).resolves({});

    await listReactions(ports)(alice, 'c1.1', page);

    expect(calls()).toEqual(['BatchGet', 'Query']);
  });

  it('a reply: the claim, a look at what it answers, a seq, one transaction', async () => {
    const { calls, input, mock, items, ports } = conversationWith();
    mock.on(UpdateCommand).resolvesOnce({ Attributes: items.member }).resolves({ Attributes: items.head });
    mock.on(GetCommand).resolves({ Item: items.message });
    const reply = { conversationId: 'c1', senderId: 'alice', clientMessageId: 'm', type: 'text' as const, text: 'yes' };

    await ports.send({ ...reply, replyTo: 'c1.1' });

    expect(calls()).toEqual(['Update', 'Get', 'Update', 'TransactWrite']);
    expect(input(3).TransactItems).toMatchObject([
      { Put: { ConditionExpression: 'attribute_not_exists(PK)' } },
      { Update: { UpdateExpression: 'ADD replyCount :one REMOVE emit, changed' } },
    ]);
  });

  it('a backend’s send: a claim that finds no member, and one of its own', async () => {
    const { calls, mock, items, ports } = conversationWith();
    mock
      .on(UpdateCommand)
      .rejectsOnce(refusedBy(undefined))
      .resolvesOnce({ Attributes: { PK: 'CONV#c1', SK: 'SENDER#shop', recentSends: {} } })
      .resolves({ Attributes: items.head });
    const message = { conversationId: 'c1', senderId: 'shop', clientMessageId: 'm', type: 'system' as const };

    await ports.send({ ...message, text: 'paid', isService: true });

    expect(calls()).toEqual(['Update', 'Update', 'Update', 'Put']);
  });

  it('a forward: the message, all the conversations, then a send in each', async () => {
    const { calls, mock, items, ports } = conversationWith();
    mock.on(UpdateCommand).resolvesOnce({ Attributes: items.member }).resolves({ Attributes: items.head });

    await forwardMessage(ports)(alice, 'c1.1', { conversationIds: ['c1'] });

    expect(calls()).toEqual(['BatchGet', 'BatchGet', 'Update', 'Update', 'Put']);
  });

  it('a conversation moved up: a write for each member, and none for who has left', async () => {
    const { mock, calls, input, table } = recordedTable();
    mock.on(UpdateCommand).resolvesOnce({}).rejectsOnce(refusedBy(undefined)).resolves({});

    await activityStore(table).moveUp('c1', ['alice', 'bob', 'cy'], 3_600_000);

    expect(calls()).toEqual(['Update', 'Update', 'Update']);
    expect(input(0)).toMatchObject({
      ConditionExpression: 'GSI1SK < :place',
      ExpressionAttributeValues: { ':place': 'CONV#00000001#c1' },
    });
  });

  it('a direct conversation moved up: its places still say with whom it is', async () => {
    const { input, table } = recordedTable();

    await activityStore(table).moveUp('d1', ['alice', 'bob'], 3_600_000);

    const places = [input(0), input(1)].map(({ ExpressionAttributeValues }) => ExpressionAttributeValues);
    expect(places).toEqual([{ ':place': 'CONV#00000001#d1#bob' }, { ':place': 'CONV#00000001#d1#alice' }]);
  });
});

describe('when the SDK tried twice, because the first answer was lost,', () => {
  it('a reaction that meets itself is new, and its count is shown once', async () => {
    const { calls, mock, items, ports } = conversationWith();
    mock
      .on(PutCommand)
      .rejectsOnce(refusedBy({ PK: 'P' }, 2))
      .resolves({});
    mock
      .on(UpdateCommand)
      .resolvesOnce({ Attributes: { ...items.head, lastRev: 5 } })
      .rejects(refusedBy(messageItem(aMessage({ rev: 5, reactions: { '👍': { count: 3, rev: 5 } } })), 2));

    await addReaction(ports)(alice, 'c1.1', '👍');

    expect(calls()).toEqual(['BatchGet', 'Put', 'Update', 'Put', 'Query', 'Update']);
  });

  it('a reaction that is gone already was taken back by it', async () => {
    const { calls, mock, ports } = conversationWith();
    mock.on(DeleteCommand).rejects(refusedBy(undefined, 2));

    await removeReaction(ports)(alice, 'c1.1', '👍');

    expect(calls()).toHaveLength(6);
  });
});
