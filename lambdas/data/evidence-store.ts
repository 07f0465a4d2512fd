import type { EvidenceStore } from '../app/moderation-ports.ts';
import { headFrom, messageFrom, revisionFrom } from './items.ts';
import * as keys from './keys.ts';
import { pageByPrefix } from './prefix-page.ts';
import type { Table } from './table.ts';

export const evidenceStore = (table: Table): EvidenceStore => ({
  async headOf(conversationId) {
    const item = await table.get(keys.headKey(conversationId));
    return item && headFrom(item);
  },

  async messagesAt(positions) {
    const wanted = new Map(
      positions.map(({ conversationId, seq }) => [`${conversationId}.${seq}`, { conversationId, seq }]),
    );
    const items = await table.batchGet([...wanted.values()].map((at) => keys.messageKey(at.conversationId, at.seq)));
    return items.map(messageFrom);
  },

  /** Nothing changes a deleted message any more: its revision is still the one that deleted it. */
  async lastWordsOf(deleted) {
    const wanted = deleted.map(({ conversationId, seq, rev }) => keys.revisionKey(conversationId, seq, rev));
    return (await table.batchGet(wanted)).map(revisionFrom);
  },

  async revisionsBetween({ conversationId, firstSeq, lastSeq }) {
    const { items, nextKey } = await table.query({
      keyCondition: 'PK = :conversation AND SK BETWEEN :first AND :last',
      values: {
        ':conversation': keys.conversationPK(conversationId),
        ':first': keys.revisionPrefix(firstSeq),
        ':last': keys.afterAllRevisions(lastSeq),
      },
    });
    return { revisions: items.map(revisionFrom), isComplete: !nextKey };
  },

  async revisionsOf({ conversationId, seq }, page) {
    const place = { PK: keys.conversationPK(conversationId), prefix: keys.revisionPrefix(seq) };
    const { items, ...next } = await pageByPrefix(table, { ...place, ...page });
    return { revisions: items.map(revisionFrom), ...next };
  },
});
