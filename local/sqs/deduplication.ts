import type { Store } from '../store.ts';

export interface Sent {
  messageId: string;
  position: number;
}

export interface Deduplication {
  /** The message that was sent with this id within the last five minutes, even if it has been deleted since. */
  find(queue: string, id: string): Sent | undefined;
  remember(queue: string, id: string, sent: Sent): void;
}

const INTERVAL_MS = 5 * 60 * 1000;

export function createDeduplication(store: Store, now: () => number): Deduplication {
  const forget = store.prepare('DELETE FROM deduplications WHERE sent_at <= ?');
  const find = store.prepare('SELECT message_id, position FROM deduplications WHERE queue = ? AND id = ?');
  const remember = store.prepare(
    'INSERT INTO deduplications (queue, id, message_id, position, sent_at) VALUES (?, ?, ?, ?, ?)',
  );
  return {
    find(queue, id) {
      forget.run(now() - INTERVAL_MS);
      const row = find.get(queue, id);
      return row && { messageId: String(row.message_id), position: Number(row.position) };
    },
    remember: (queue, id, { messageId, position }) => void remember.run(queue, id, messageId, position, now()),
  };
}
