import type { Booking, RateStore } from '../app/limit-rate.ts';
import { rateKey } from './keys.ts';
import type { Table } from './table.ts';

/** A bucket that nobody takes from is full after seconds, and then says no more than no item does. */
const keptSeconds = 3_600;

/** The item of a user holds one attribute for each class: when that bucket is full. */
export const rateStore = (table: Table): RateStore => ({
  async book(booking) {
    const { set, condition, values } = booking.knownFullAtMs > booking.nowMs ? onTop(booking) : fromFull(booking);
    const { isDone, item = {} } = await table.update({
      key: rateKey(booking.userId),
      update: `SET #bucket = ${set}, entity = :entity, #ttl = :ttl`,
      condition,
      names: { '#bucket': booking.rateClass, '#ttl': 'ttl' },
      values: { ...values, ':entity': 'rate', ':ttl': Math.ceil(booking.nowMs / 1_000) + keptSeconds },
    });
    return { isBooked: isDone, fullAtMs: Number(item[booking.rateClass] ?? 0) };
  },
});

const onTop = ({ ms, latestFullAtMs }: Booking) => ({
  set: '#bucket + :taken',
  condition: '#bucket <= :latest',
  values: { ':taken': ms, ':latest': latestFullAtMs },
});

/** DynamoDB can't choose the later of two times within one write: so this is another. */
const fromFull = ({ ms, nowMs }: Booking) => ({
  set: ':fullAt',
  condition: 'attribute_not_exists(#bucket) OR #bucket <= :now',
  values: { ':fullAt': nowMs + ms, ':now': nowMs },
});
