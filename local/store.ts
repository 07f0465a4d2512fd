import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** What the host itself must not forget: queues, push endpoints, and how far each stream has been read. */
export type Store = DatabaseSync;

/**
 * Every statement is committed when it returns, so that a host killed between any two loses nothing.
 * `folder` holds the file; `:memory:` keeps none.
 */
export function openStore(folder: string): Store {
  const inMemory = folder === ':memory:';
  if (!inMemory) mkdirSync(folder, { recursive: true });
  const store = new DatabaseSync(inMemory ? folder : join(folder, 'host.db'));
  store.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    CREATE TABLE IF NOT EXISTS messages (
      position INTEGER PRIMARY KEY AUTOINCREMENT,
      queue TEXT NOT NULL,
      message_id TEXT NOT NULL,
      body TEXT NOT NULL,
      attributes TEXT NOT NULL,
      sent_at INTEGER NOT NULL,
      visible_at INTEGER NOT NULL,
      receives INTEGER NOT NULL DEFAULT 0,
      first_received_at INTEGER,
      receipt TEXT,
      group_id TEXT,
      deduplication_id TEXT
    );
    CREATE TABLE IF NOT EXISTS deduplications (
      queue TEXT NOT NULL,
      id TEXT NOT NULL,
      message_id TEXT NOT NULL,
      position INTEGER NOT NULL,
      sent_at INTEGER NOT NULL,
      PRIMARY KEY (queue, id)
    );
    CREATE INDEX IF NOT EXISTS messages_due ON messages(queue, visible_at);
    CREATE INDEX IF NOT EXISTS messages_receipt ON messages(receipt);
    CREATE TABLE IF NOT EXISTS endpoints (
      arn TEXT PRIMARY KEY,
      application TEXT NOT NULL,
      token TEXT NOT NULL,
      user_data TEXT NOT NULL,
      enabled TEXT NOT NULL,
      UNIQUE (application, token)
    );
    CREATE TABLE IF NOT EXISTS published (
      position INTEGER PRIMARY KEY AUTOINCREMENT,
      entry TEXT NOT NULL
    );
    CREATE TABLE IF NOT EXISTS events (
      position INTEGER PRIMARY KEY AUTOINCREMENT,
      entry TEXT NOT NULL
    );
    CREATE TABLE IF NOT EXISTS schedules (
      group_name TEXT NOT NULL,
      name TEXT NOT NULL,
      at INTEGER NOT NULL,
      request TEXT NOT NULL,
      PRIMARY KEY (group_name, name)
    );
    CREATE TABLE IF NOT EXISTS invocations (
      position INTEGER PRIMARY KEY AUTOINCREMENT,
      function_id TEXT NOT NULL,
      event TEXT NOT NULL,
      due_at INTEGER NOT NULL,
      tries INTEGER NOT NULL DEFAULT 0
    );
    CREATE TABLE IF NOT EXISTS checkpoints (reader TEXT PRIMARY KEY, position TEXT NOT NULL);`);
  addGroups(store);
  return store;
}

/** A data folder may be older than FIFO queues. */
function addGroups(store: Store): void {
  const columns = store.prepare('PRAGMA table_info(messages)').all();
  if (!columns.some(({ name }) => name === 'group_id')) {
    store.exec('ALTER TABLE messages ADD COLUMN group_id TEXT; ALTER TABLE messages ADD COLUMN deduplication_id TEXT');
  }
  store.exec(`CREATE INDEX IF NOT EXISTS messages_in_flight ON messages(queue, group_id, visible_at)
    WHERE receipt IS NOT NULL`);
}
