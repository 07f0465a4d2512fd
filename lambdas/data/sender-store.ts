import type { SendAttempt } from '../app/ports.ts';
import type { SenderClaim, SenderStore } from '../app/revision-ports.ts';
import { sendsToForget } from '../domain/send-lease.ts';
import { forgetSends } from './forget-sends.ts';
import { senderFrom, senderItem } from './items.ts';
import * as keys from './keys.ts';
import type { Item, Table, WriteOutcome } from './table.ts';

export const senderStore = (table: Table): SenderStore => ({
  async claimSend(attempt) {
    const outcome = await claim(table, attempt);
    if (outcome.isDone) {
      // One write more in every sixteen sends, which is cheap enough for a backend.
      const key = keys.senderKey(attempt.conversationId, attempt.userId);
      await forgetSends(table, key, sendsToForget(senderFrom(outcome.item).recentSends));
      return { outcome: 'claimed' };
    }
    if (outcome.item) return refusedClaim(attempt, outcome);
    const first = await table.putNew(senderItem({ ...attempt, recentSends: { [attempt.key]: attempt.lease } }));
    return first.isDone ? { outcome: 'claimed' } : this.claimSend(attempt);
  },

  async takeOverSend(attempt, deadLease) {
    const outcome = await table.update({
      key: keys.senderKey(attempt.conversationId, attempt.userId),
      update: 'SET recentSends.#key = :lease',
      condition: 'recentSends.#key = :dead',
      names: { '#key': attempt.key },
      values: { ':lease': attempt.lease, ':dead': deadLease },
    });
    return outcome.isDone || (outcome.mayBeOwn && leaseIn(outcome.item, attempt.key) === attempt.lease);
  },

  async releaseSend(attempt) {
    await table.update({
      key: keys.senderKey(attempt.conversationId, attempt.userId),
      update: 'REMOVE recentSends.#key',
      condition: 'recentSends.#key = :lease',
      names: { '#key': attempt.key },
      values: { ':lease': attempt.lease },
    });
  },
});

const claim = (table: Table, { conversationId, userId, key, lease }: SendAttempt): Promise<WriteOutcome> =>
  table.update({
    key: keys.senderKey(conversationId, userId),
    update: 'SET recentSends.#key = :lease',
    condition: 'attribute_exists(PK) AND attribute_not_exists(recentSends.#key)',
    names: { '#key': key },
    values: { ':lease': lease },
  });

function refusedClaim({ key, lease }: SendAttempt, outcome: WriteOutcome & { isDone: false }): SenderClaim {
  const earlier = leaseIn(outcome.item, key) ?? lease;
  // The SDK's first try was applied and its answer lost: what the second met is our own claim.
  return outcome.mayBeOwn && earlier === lease ? { outcome: 'claimed' } : { outcome: 'repeated', lease: earlier };
}

const leaseIn = (item: Item | undefined, key: string) => item && senderFrom(item).recentSends[key];
