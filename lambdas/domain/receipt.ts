import type { MessageStatus } from '../../contract/message.ts';
import type { Receipt } from '../../contract/receipt.ts';
import type { Member } from './conversation.ts';
import type { Message } from './message.ts';

export const receiptOf = ({ userId, lastReadSeq, lastDeliveredSeq }: Member): Receipt => ({
  userId,
  lastReadSeq,
  lastDeliveredSeq,
});

/** How far the slowest of some members have got. */
export type Watermarks = Pick<Member, 'lastReadSeq' | 'lastDeliveredSeq'>;

/** Nothing where there is nobody else. */
export function weakestOf(members: Member[], exceptUserId: string): Watermarks | undefined {
  const others = members.filter(({ userId }) => userId !== exceptUserId);
  if (others.length === 0) return undefined;
  return {
    lastReadSeq: Math.min(...others.map(({ lastReadSeq }) => lastReadSeq)),
    lastDeliveredSeq: Math.min(...others.map(({ lastDeliveredSeq }) => lastDeliveredSeq)),
  };
}

/** A message's status for its reader: only its sender is told more than `sent`. */
export function statusFor(
  userId: string,
  { senderId, seq }: Pick<Message, 'senderId' | 'seq'>,
  weakest: Watermarks | undefined,
): MessageStatus {
  if (senderId !== userId || !weakest) return 'sent';
  if (weakest.lastReadSeq >= seq) return 'read';
  return weakest.lastDeliveredSeq >= seq ? 'delivered' : 'sent';
}
