import type { SearchStore } from '../app/search-ports.ts';
import { messageIdOf } from '../domain/ids.ts';
import type { Searchable } from '../domain/search-filter.ts';
import type { Range } from '../domain/search-trail.ts';
import { headFrom, messageFrom } from './items.ts';
import * as keys from './keys.ts';
import type { Item, Table } from './table.ts';

export const searchStore = (table: Table): SearchStore => ({
  async endsOf(conversationIds) {
    const heads = await table.batchGet(conversationIds.map(keys.headKey), { isConsistent: false });
    return heads.map(headFrom).map(({ conversationId, lastSeq, lastActivityAtMs }) => ({
      conversationId,
      seq: lastSeq,
      atMs: lastActivityAtMs,
    }));
  },

  async membershipsAmong(userId, conversationIds) {
    const members = await table.batchGet(conversationIds.map((id) => keys.memberKey(id, userId)));
    return new Set(members.map(keys.conversationOf));
  },

  async read(range) {
    const { items, nextKey, units = unitsOfAPage } = await table.query(queryFor(range));
    const messages = items.map(searchableFrom);
    const oldest = nextKey ? (messages.at(-1)?.seq ?? range.newest) : range.oldest;
    return { stretch: { ...range, oldest, messages }, units };
  },

  async messagesAt(places) {
    const items = await table.batchGet(places.map(({ conversationId, seq }) => keys.messageKey(conversationId, seq)));
    const found = new Map(items.map(messageFrom).map((message) => [idOf(message), message]));
    return places.flatMap((place) => found.get(idOf(place)) ?? []);
  },
});

/** What a page of 1 MB takes: the most that a query can. */
const unitsOfAPage = 128;

/** Of an envelope, which can be long, no more than that it is there. What is read is paid for whole: this spares the way. */
const queryFor = ({ conversationId, newest, oldest }: Range) =>
  ({
    keyCondition: 'PK = :conversation AND SK BETWEEN :oldest AND :newest',
    values: {
      ':conversation': keys.conversationPK(conversationId),
      ':oldest': keys.messageKey(conversationId, oldest).SK,
      ':newest': keys.messageKey(conversationId, newest).SK,
    },
    projection: 'seq, senderId, #type, #text, attachments, createdAtMs, deletedAtMs, encrypted.algorithm',
    names: { '#type': 'type', '#text': 'text' },
    isDescending: true,
    isEventual: true,
    isMetered: true,
  }) as const;

const searchableFrom = (item: Item): Searchable => messageFrom(item);

const idOf = ({ conversationId, seq }: { conversationId: string; seq: number }) => messageIdOf(conversationId, seq);
