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
    // As many as there are of the group that waits longest, then the next group's; a group in flight gives none.
    dueInOrder: store.prepare(
      `WITH free AS (SELECT position, group_id FROM messages
          WHERE queue = $queue AND visible_at <= $now AND group_id NOT IN (
            SELECT group_id FROM messages WHERE queue = $queue AND receipt IS NOT NULL AND visible_at > $now)),
        longest AS (SELECT group_id, MIN(position) AS since FROM free GROUP BY group_id ORDER BY since LIMIT $limit)
        SELECT messages.* FROM longest JOIN free USING (group_id) JOIN messages USING (position)
          ORDER BY since, position LIMIT $limit`,
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
    nextInOrder: store.prepare(
      `SELECT MIN(MAX(visible_at, COALESCE(until, 0))) AS at FROM messages LEFT JOIN (
          SELECT group_id, MAX(visible_at) AS until FROM messages
            WHERE queue = $queue AND receipt IS NOT NULL GROUP BY group_id) USING (group_id)
        WHERE queue = $queue`,
    ),
  };
}
