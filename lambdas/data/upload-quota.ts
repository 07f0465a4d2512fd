import type { UploadQuota } from '../app/file-ports.ts';
import { dayOf } from '../domain/file.ts';
import { uploadsKey } from './keys.ts';
import type { Table } from './table.ts';

/** The counter of a day is over with it; kept for another, for whoever wants to know. Seconds. */
const keptSeconds = 2 * 24 * 3_600;

/** Days are those of UTC. What is refused takes nothing. */
export const uploadQuota = (table: Table, bytesPerUserAndDay: number): UploadQuota => ({
  async spend(userId, bytes, nowMs) {
    const { isDone } = await table.update({
      key: uploadsKey(userId, dayOf(nowMs)),
      update: 'SET entity = :entity, #ttl = :ttl ADD #bytes :bytes',
      condition: 'attribute_not_exists(#bytes) OR #bytes <= :most',
      names: { '#ttl': 'ttl', '#bytes': 'bytes' },
      values: {
        ':entity': 'uploads',
        ':ttl': Math.ceil(nowMs / 1_000) + keptSeconds,
        ':bytes': bytes,
        ':most': bytesPerUserAndDay - bytes,
      },
    });
    return isDone;
  },
});
