import { isDirect } from '../domain/ids.ts';
import type { Clock } from './ports.ts';
import type { ReceiptStore } from './reader-ports.ts';

export interface ReachPorts {
  receipts: Pick<ReceiptStore, 'markDelivered'>;
  clock: Pick<Clock, 'now'>;
}

/** A message that was told to its conversation; without `push` it is no new message. */
interface Told {
  conversationId: string;
  membershipVersion: number;
  recipients: readonly string[];
  push?: { seq: number; senderId: string };
}

/**
 * In a direct conversation a message counts as delivered once its frame was taken: one write for each recipient, whatever the number
 * of messages. It is no more than a mark, which sync and reading set too: no trouble with it holds up what is to be told.
 */
export async function markReached(
  { receipts, clock }: ReachPorts,
  told: Told[],
  reached: ReadonlySet<string>,
): Promise<void> {
  const marks = told.flatMap(({ conversationId, membershipVersion, recipients, push }) =>
    push && isDirect(conversationId)
      ? recipients
          .filter((userId) => userId !== push.senderId && reached.has(userId))
          .map((userId) => ({ conversationId, userId, membershipVersion, seq: push.seq }))
      : [],
  );
  const byMember = Map.groupBy(marks, ({ conversationId, userId }) => `${conversationId}/${userId}`);
  await Promise.allSettled(
    [...byMember.values()].map(async (ofOne) => {
      const last = ofOne.reduce((one, other) => (other.seq > one.seq ? other : one));
      const { seq, membershipVersion } = last;
      const changed = { atMs: clock.now(), seq, membershipVersion };
      await receipts.markDelivered(last, seq, { isConfirmed: false, changed });
    }),
  );
}
