import type { ChannelStore } from '../app/membership-ports.ts';
import type { PageRequest } from '../app/ports.ts';
import { foldedText } from '../domain/folded-text.ts';
import { cursorOf, sortKeyOf } from './cursor.ts';
import { detailsFrom, headFrom, isListed } from './items.ts';
import * as keys from './keys.ts';
import type { Item, Table } from './table.ts';

/** Titles that one search looks at before it hands back what it has: about 40 read units. */
const keysPerQuery = 500;
const queriesPerSearch = 4;

export const channelStore = (table: Table): ChannelStore => ({
  async find(words, page) {
    const { found, nextCursor } = await search(table, foldedText(words), page);
    return { channels: await channelsOf(table, found), ...(nextCursor !== undefined && { nextCursor }) };
  },
});

/** A page may hold less than its limit, and nothing even, where the words are rare: the cursor tells whether to go on. */
async function search(table: Table, words: string, { limit, cursor }: PageRequest) {
  const found: string[] = [];
  let startKey: Item | undefined = cursor === undefined ? undefined : keys.channelStartKey(sortKeyOf(cursor, ''));
  for (let queries = 0; queries < queriesPerSearch; queries += 1) {
    const { items, nextKey } = await table.query({
      index: 'GSI1',
      keyCondition: 'GSI1PK = :channels',
      values: { ':channels': keys.channelsPK },
      limit: keysPerQuery,
      startKey,
    });
    for (const item of items) {
      const { foldedTitle: title, conversationId } = keys.channelOf(item);
      if (!title.includes(words)) continue;
      found.push(conversationId);
      if (found.length === limit) return { found, nextCursor: cursorOf(String(item.GSI1SK)) };
    }
    startKey = nextKey;
    if (!startKey) return { found };
  }
  return { found, nextCursor: cursorOf(String(startKey?.GSI1SK)) };
}

/** The index lags behind: a channel that is no longer to be found may still be in it. */
async function channelsOf(table: Table, conversationIds: string[]) {
  const wanted = conversationIds.flatMap((id) => [keys.headKey(id), keys.detailsKey(id)]);
  const byConversation = Map.groupBy(await table.batchGet(wanted), keys.conversationOf);
  return conversationIds.flatMap((id) => {
    const items = byConversation.get(id) ?? [];
    const head = items.find(({ entity }) => entity === 'conversation');
    const details = items.find(({ entity }) => entity === 'details');
    if (!head || !isListed(headFrom(head))) return [];
    return [{ head: headFrom(head), ...(details && { details: detailsFrom(details) }) }];
  });
}
