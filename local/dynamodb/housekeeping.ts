import { DatabaseSync } from 'node:sqlite';

const DAY_SECONDS = 24 * 60 * 60;

/**
 * Keeps dynoxide's stream quick. It looks for the last sequence number at every write without an index (0.1 ms more per
 * 1,000 records of history), and never forgets a record. AWS forgets after 24 hours; the newest record of each table
 * stays, because numbering goes on from it.
 */
export function tidyStream(file: string, nowMs: number): void {
  const database = new DatabaseSync(file, { timeout: 5000 });
  try {
    database.exec(`
      CREATE INDEX IF NOT EXISTS local_stream_last ON _stream_records(table_name, CAST(sequence_number AS INTEGER));
      CREATE INDEX IF NOT EXISTS local_stream_page ON _stream_records(table_name, shard_id, sequence_number);`);
    database
      .prepare(
        `DELETE FROM _stream_records WHERE created_at < ?
           AND id NOT IN (SELECT MAX(id) FROM _stream_records GROUP BY table_name)`,
      )
      .run(Math.floor(nowMs / 1000) - DAY_SECONDS);
  } finally {
    database.close();
  }
}
