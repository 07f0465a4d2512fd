import type { SmsBudget } from '../app/push-ports.ts';
import { log } from '../runtime/log.ts';
import type { Key } from './keys.ts';
import { smsTotalKey, smsUserKey } from './keys.ts';
import type { Table } from './table.ts';

export interface SmsLimits {
  /** Zero where the stage sends none. */
  perUserPerDay: number;
  /** All users together. */
  perDay: number;
}

/** Counters of a day are over with it; kept for another, for whoever wants to know. Seconds. */
const keptSeconds = 2 * 24 * 3_600;

/** Days are those of UTC. The user's own goes first, so that one who has none left takes nothing from all. */
export const smsBudget = (table: Table, { perUserPerDay, perDay }: SmsLimits): SmsBudget => ({
  async spend(userId, nowMs) {
    if (perUserPerDay === 0) return false;
    const day = new Date(nowMs).toISOString().slice(0, 10);
    const ttl = Math.ceil(nowMs / 1_000) + keptSeconds;
    if (!(await count(table, smsUserKey(userId, day), perUserPerDay, ttl))) return usedUp('one user’s');
    return (await count(table, smsTotalKey(day), perDay, ttl)) || usedUp('all users’');
  },
});

/** Whoever pays for it is to know that it was not enough. */
function usedUp(whose: string): false {
  log.warn('an SMS beyond the budget of the day', { whose });
  return false;
}

async function count(table: Table, key: Key, most: number, ttl: number): Promise<boolean> {
  const { isDone } = await table.update({
    key,
    update: 'SET entity = :entity, #ttl = :ttl ADD sent :one',
    condition: 'attribute_not_exists(sent) OR sent < :most',
    names: { '#ttl': 'ttl' },
    values: { ':entity': 'sms', ':ttl': ttl, ':one': 1, ':most': most },
  });
  return isDone;
}
