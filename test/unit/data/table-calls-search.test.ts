import { BatchGetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import type { SearchMessages } from '../../../contract/search.ts';
import { searchMessages } from '../../../lambdas/app/search-messages.ts';
import { conversationStore } from '../../../lambdas/data/conversation-store.ts';
import { headItem, memberItem, messageItem } from '../../../lambdas/data/items.ts';
import { messageKey } from '../../../lambdas/data/keys.ts';
import { memberStore } from '../../../lambdas/data/member-store.ts';
import { searchStore } from '../../../lambdas/data/search-store.ts';
import { aHead, aMember, aMessage } from '../../helpers/memory-stores.ts';
import { recordedTable } from '../../helpers/recorded-table.ts';

const alice = { userId: 'alice', scopes: [] };
const answering = (items: object[]) => ({ Responses: { Chat: items } });
const head = headItem(aHead({ lastSeq: 1_000 }));
const member = memberItem(aMember(), 0);
const found = messageItem(aMessage({ seq: 900, text: 'the word' }));

/** A conversation of a thousand messages, of which one has the word. */
function situation() {
  const recorded = recordedTable();
  const { mock, table } = recorded;
  mock.on(QueryCommand, { IndexName: 'GSI1' }).resolves({ Items: [member] });
  mock.on(QueryCommand, { ConsistentRead: false, ReturnConsumedCapacity: 'TOTAL' }).resolves({
    Items: [found],
    ConsumedCapacity: { CapacityUnits: 20 },
  });
  mock.on(BatchGetCommand).resolves(answering([head, member]));
  const search = searchMessages({
    search: searchStore(table),
    members: memberStore(table),
    conversations: conversationStore(table),
  });
  return { ...recorded, search: (asked: Partial<SearchMessages>) => search(alice, { q: 'word', limit: 1, ...asked }) };
}

describe('a search', () => {
  it('in one conversation: the head and the membership, the messages, and what was found', async () => {
    const { search, calls } = situation();
    await search({ conversationId: 'c1' });
    expect(calls()).toEqual(['BatchGet', 'Query', 'BatchGet']);
  });

  it('in all: the index, the heads, the memberships, the messages, and what was found', async () => {
    const { search, calls } = situation();
    await search({});
    expect(calls()).toEqual(['Query', 'BatchGet', 'BatchGet', 'Query', 'BatchGet']);
  });

  it('that goes on in all: the memberships, the messages, and what was found', async () => {
    const { search, calls } = situation();
    await search({ cursor: 'all.c1.rs.1' });
    expect(calls()).toEqual(['BatchGet', 'Query', 'BatchGet']);
  });

  it('of which nothing was found reads nothing of it', async () => {
    const { search, calls } = situation();
    await search({ conversationId: 'c1', q: 'another' });
    // 250 messages, then the other 750 at once in two and one.
    expect(calls()).toEqual(['BatchGet', 'Query', 'Query', 'Query', 'Query']);
  });

  it('looks at 250 messages a query, at half the price of a consistent read, and leaves envelopes where they are', async () => {
    const { search, input } = situation();
    await search({ conversationId: 'c1' });
    expect(input(1)).toMatchObject({
      ExpressionAttributeValues: {
        ':oldest': messageKey('c1', 751).SK,
        ':newest': messageKey('c1', 1_000).SK,
      },
      ConsistentRead: false,
      ScanIndexForward: false,
      ProjectionExpression: expect.stringContaining('encrypted.algorithm'),
      ReturnConsumedCapacity: 'TOTAL',
    });
  });

  it('judges memberships and what it answers with by consistent reads', async () => {
    const { search, input } = situation();
    await search({});
    const asked = (place: number) => input(place).RequestItems;
    expect(asked(1)).toMatchObject({ Chat: { ConsistentRead: false } });
    expect(asked(2)).toMatchObject({ Chat: { ConsistentRead: true } });
    expect(asked(4)).toMatchObject({ Chat: { ConsistentRead: true } });
  });

  it('takes a page that does not say what it cost for the dearest there is', async () => {
    const { mock, table } = recordedTable();
    mock.on(QueryCommand).resolves({ Items: [] });
    const range = { conversationId: 'c1', newest: 10, oldest: 1 };
    expect(await searchStore(table).read(range)).toEqual({ stretch: { ...range, messages: [] }, units: 128 });
  });

  it('goes on where a page of a megabyte ended', async () => {
    const { mock, table } = recordedTable();
    mock.on(QueryCommand).resolves({ Items: [found], LastEvaluatedKey: messageKey('c1', 900) });
    const { stretch } = await searchStore(table).read({ conversationId: 'c1', newest: 1_000, oldest: 751 });
    expect(stretch).toMatchObject({ newest: 1_000, oldest: 900 });
  });
});
