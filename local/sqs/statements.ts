import type { Store } from '../store.ts';

export type MessageRow = {
  position: number;
  message_id: string;
  body: string;
  attributes: string;
  sent_at: number;
  receives: number;
  first_received_at: number | null;
  group_id: string | null;
  deduplication_id: string | null;
};

/** When the last message in flight of a message's group comes back: until then, the group gives none. */
const LOCKED_UNTIL = `COALESCE((SELECT MAX(other.visible_at) FROM messages AS other
  WHERE other.queue = messages.queue AND other.group_id = messages.group_id AND other.receipt IS NOT NULL), 0)`;

/** The SQL behind the queues. */
export function statementsOf(store: Store) {
  return {
    release: store.prepare('UPDATE messages SET visible_at = ?, receipt = NULL WHERE receipt IS NOT NULL'),
    insert: store.prepare(
      `INSERT INTO messages (queue, message_id, body, attributes, sent_at, visible_at, group_id, deduplication_id)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    expire: store.prepare('DELETE FROM messages WHERE queue = ? AND sent_at <= ?'),
    redrive: store.prepare(
      `UPDATE messages SET queue = ?, receives = 0, first_received_at = NULL, receipt = NULL
        WHERE queue = ? AND visible_at <= ? AND receives >= ?`,
    ),
    due: store.prepare('SELECT * FROM messages WHERE queue = ? AND visible_at <= ? ORDER BY position LIMIT ?'),
    // As many as there are of the group that waits longest, then the next group's.
    dueInOrder: store.prepare(
      `SELECT * FROM messages WHERE queue = ? AND visible_at <= ? AND ${LOCKED_UNTIL} <= ?
        ORDER BY MIN(position) OVER (PARTITION BY group_id), position LIMIT ?`,
    ),
    take: store.prepare(
      `UPDATE messages SET visible_at = ?, receives = receives + 1,
          first_received_at = COALESCE(first_received_at, ?), receipt = ? WHERE position = ?`,
    ),
    remove: store.prepare('DELETE FROM messages WHERE queue = ? AND receipt = ?'),
    purge: store.prepare('DELETE FROM messages WHERE queue = ?'),
    counts: store.prepare(
      `SELECT COUNT(*) FILTER (WHERE visible_at <= ?) AS visible,
              COUNT(*) FILTER (WHERE visible_at > ? AND receives > 0) AS inFlight,
              COUNT(*) FILTER (WHERE visible_at > ? AND receives = 0) AS delayed
         FROM messages WHERE queue = ?`,
    ),
    next: store.prepare('SELECT MIN(visible_at) AS at FROM messages WHERE queue = ?'),
    nextInOrder: store.prepare(`SELECT MIN(MAX(visible_at, ${LOCKED_UNTIL})) AS at FROM messages WHERE queue = ?`),
  };
}
