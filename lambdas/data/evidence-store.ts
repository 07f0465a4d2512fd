import type { EvidenceStore } from '../app/moderation-ports.ts';
import { cursorOf, sortKeyOf } from './cursor.ts';
import { headFrom, messageFrom, revisionFrom } from './items.ts';
import * as keys from './keys.ts';
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

  async revisionsOf({ conversationId, seq }, { limit, cursor }) {
    const PK = keys.conversationPK(conversationId);
    const prefix = keys.revisionPrefix(seq);
    const { items, nextKey } = await table.query({
      keyCondition: 'PK = :conversation AND begins_with(SK, :revision)',
      values: { ':conversation': PK, ':revision': prefix },
      limit,
      startKey: cursor === undefined ? undefined : { PK, SK: sortKeyOf(cursor, prefix) },
    });
    return { revisions: items.map(revisionFrom), ...(nextKey && { nextCursor: cursorOf(String(nextKey.SK)) }) };
  },
});
