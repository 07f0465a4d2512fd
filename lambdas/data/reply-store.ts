import type { ReplyStore } from '../app/revision-ports.ts';
import { refuse } from '../domain/chat-error.ts';
import type { Message } from '../domain/message.ts';
import { cursorOf, sortKeyOf } from './cursor.ts';
import { messageFrom, messageItem } from './items.ts';
import * as keys from './keys.ts';
import type { Table, Update } from './table.ts';

/** One more on the count of the message that is answered. */
export const countedReply = ({ conversationId }: Pick<Message, 'conversationId'>, parentSeq: number): Update => ({
  key: keys.messageKey(conversationId, parentSeq),
  update: 'ADD replyCount :one REMOVE emit, changed',
  condition: 'attribute_exists(PK)',
  values: { ':one': 1 },
});

export const replyStore = (table: Table): ReplyStore => ({
  async exists({ conversationId, seq }) {
    return (await table.get(keys.messageKey(conversationId, seq))) !== undefined;
  },

  async appendReply(message) {
    const outcome = await table.transact([
      { put: messageItem(message), condition: 'attribute_not_exists(PK)' },
      countedReply(message, message.replyTo),
    ]);
    if (!outcome.isDone) refuse('INTERNAL', 'store the message', 'its place is taken, or what it answers is gone');
  },

  async repliesTo({ conversationId, seq }, { limit, cursor }) {
    const { items, nextKey } = await table.query({
      index: 'GSI1',
      keyCondition: 'GSI1PK = :replies',
      values: { ':replies': keys.repliesPK(conversationId, seq) },
      limit,
      startKey:
        cursor === undefined ? undefined : keys.replyStartKey(conversationId, seq, Number(sortKeyOf(cursor, '0'))),
    });
    return {
      seqs: items.map(keys.replySeqOf),
      ...(nextKey && { nextCursor: cursorOf(String(nextKey.GSI1SK)) }),
    };
  },

  async messagesAt(conversationId, seqs) {
    const items = await table.batchGet(seqs.map((seq) => keys.messageKey(conversationId, seq)));
    return items.map(messageFrom).toSorted((one, other) => one.seq - other.seq);
  },
});
