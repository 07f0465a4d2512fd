import type { Booking, RateStore } from '../app/limit-rate.ts';
import { rateKey } from './keys.ts';
import type { Table } from './table.ts';

/** A bucket that nobody takes from is full after seconds, and then says no more than no item does. */
const keptSeconds = 3_600;

/** The item of a user holds one attribute for each class: when that bucket is full. */
export const rateStore = (table: Table): RateStore => ({
  async book(booking) {
    const { userId, rateClass, sinceMs, wasFull } = booking;
    const { set, condition, values } = wasFull ? fromFull(booking) : onTop(booking);
    const { isDone, item = {} } = await table.update({
      key: rateKey(userId),
      update: `SET #bucket = ${set}, entity = :entity, #ttl = :ttl`,
      condition,
      names: { '#bucket': rateClass, '#ttl': 'ttl' },
      values: { ...values, ':entity': 'rate', ':ttl': Math.ceil(sinceMs / 1_000) + keptSeconds },
    });
    return { isBooked: isDone, fullAtMs: Number(item[rateClass] ?? 0) };
  },
});

const fromFull = ({ ms, sinceMs }: Booking) => ({
  set: ':fullAt',
  condition: 'attribute_not_exists(#bucket) OR #bucket <= :since',
  values: { ':fullAt': sinceMs + ms, ':since': sinceMs },
});

const onTop = ({ ms, sinceMs }: Booking) => ({
  set: '#bucket + :taken',
  condition: '#bucket > :since',
  values: { ':taken': ms, ':since': sinceMs },
});
