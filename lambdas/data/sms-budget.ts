import type { SmsBudget } from '../app/push-ports.ts';
import type { Key } from './keys.ts';
import { smsTotalKey, smsUserKey } from './keys.ts';
import type { Table } from './table.ts';

export interface SmsLimits {
  perUserPerDay: number;
  /** All users together. */
  perDay: number;
}

/** Counters of a day are over with it; kept for another, for whoever wants to know. Seconds. */
const keptSeconds = 2 * 24 * 3_600;

/** Days are those of UTC. The user's own goes first, so that one who has none left takes nothing from all. */
export const smsBudget = (table: Table, { perUserPerDay, perDay }: SmsLimits): SmsBudget => ({
  async spend(userId, nowMs) {
    const day = new Date(nowMs).toISOString().slice(0, 10);
    const ttl = Math.ceil(nowMs / 1_000) + keptSeconds;
    return (
      (await count(table, smsUserKey(userId, day), perUserPerDay, ttl)) &&
      (await count(table, smsTotalKey(day), perDay, ttl))
    );
  },
});

async function count(table: Table, key: Key, most: number, ttl: number): Promise<boolean> {
  if (most === 0) return false;
  const { isDone } = await table.update({
    key,
    update: 'SET entity = :entity, #ttl = :ttl ADD sent :one',
    condition: 'attribute_not_exists(sent) OR sent < :most',
    names: { '#ttl': 'ttl' },
    values: { ':entity': 'sms', ':ttl': ttl, ':one': 1, ':most': most },
  });
  return isDone;
}
