import type { Store } from '../store.ts';
import type { Clock } from '../types.ts';

/** One push that would have left AWS. */
export interface Published {
  /** ISO 8601. */
  at: string;
  /** An endpoint's ARN or a phone number. */
  target: string;
  /** As it was handed to SNS: JSON by platform where the structure is `json`. */
  message: string;
  attributes: Record<string, string>;
}

export interface PushSink {
  add(push: Omit<Published, 'at'>): void;
  /** The last thousand, newest last. */
  published(): Published[];
}

const KEPT = 1000;

export function createPushSink(store: Store, clock: Clock): PushSink {
  const insert = store.prepare('INSERT INTO published (entry) VALUES (?)');
  const forget = store.prepare('DELETE FROM published WHERE position <= ?');
  const all = store.prepare('SELECT entry FROM published ORDER BY position');
  return {
    add(push) {
      const entry: Published = { at: new Date(clock.now()).toISOString(), ...push };
      const { lastInsertRowid } = insert.run(JSON.stringify(entry));
      forget.run(Number(lastInsertRowid) - KEPT);
    },
    published: () => all.all().map(({ entry }): Published => JSON.parse(String(entry))),
  };
}
