import type { ReceiptStore, WatermarkMove } from '../app/reader-ports.ts';
import type { ReceiptChange } from '../domain/change.ts';
import { memberFrom } from './items.ts';
import * as keys from './keys.ts';
import type { Table, Update } from './table.ts';

export const receiptStore = (table: Table): ReceiptStore => ({
  async move(move) {
    const outcome = await table.update(moveOf(move));
    if (outcome.isDone) return { outcome: 'moved', member: memberFrom(outcome.item) };
    return { outcome: outcome.item ? 'outdated' : 'notMember' };
  },

  async markDelivered({ conversationId, userId }, seq, { isConfirmed, changed }) {
    const told = toldBy(changed && { emit: 'receipt.delivered', changed });
    await table.update({
      key: keys.memberKey(conversationId, userId),
      update: `SET lastDeliveredSeq = :seq${isConfirmed ? ', confirmedSeq = :seq' : ''}${told.update}`,
      condition: 'attribute_exists(PK) AND lastDeliveredSeq < :seq',
      values: { ':seq': seq, ...told.values },
    });
  },

  async confirmDelivered({ conversationId, userId }, seq) {
    await table.update({
      key: keys.memberKey(conversationId, userId),
      update: 'SET confirmedSeq = :seq REMOVE emit, changed',
      condition: 'lastDeliveredSeq >= :seq AND (attribute_not_exists(confirmedSeq) OR confirmedSeq < :seq)',
      values: { ':seq': seq },
    });
  },

  countSentBy: ({ conversationId, senderId, after, to }) =>
    table.count({
      keyCondition: 'PK = :conversation AND SK BETWEEN :first AND :last',
      filter: 'senderId = :sender',
      values: {
        ':conversation': keys.conversationPK(conversationId),
        ':first': keys.messageKey(conversationId, after + 1).SK,
        ':last': keys.messageKey(conversationId, to).SK,
        ':sender': senderId,
      },
    }),
});

/** A send between the read and this write changes `ownSinceRead`, another move `lastReadSeq`: nothing of either is lost. */
function moveOf({ member, lastReadSeq, lastDeliveredSeq, ownSinceRead, announcement }: WatermarkMove): Update {
  const told = toldBy(announcement);
  return {
    key: keys.memberKey(member.conversationId, member.userId),
    update: `SET lastReadSeq = :read, lastDeliveredSeq = :delivered, ownSinceRead = :own${told.update}`,
    condition: 'lastReadSeq = :seenRead AND ownSinceRead = :seenOwn AND lastDeliveredSeq <= :delivered',
    values: {
      ':read': lastReadSeq,
      ':delivered': lastDeliveredSeq,
      ':own': ownSinceRead,
      ':seenRead': member.lastReadSeq,
      ':seenOwn': member.ownSinceRead,
      ...told.values,
    },
  };
}

/** The end of an update expression: what it announces, or that it announces nothing. */
function toldBy(announcement: { emit: string; changed: ReceiptChange } | undefined) {
  if (!announcement) return { update: ' REMOVE emit, changed', values: {} };
  return {
    update: ', emit = :emit, changed = :changed',
    values: { ':emit': announcement.emit, ':changed': announcement.changed },
  };
}
