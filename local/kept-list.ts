import type { Store } from './store.ts';

/** The latest of what left the app, for people and tests to look at; it survives a restart. */
export interface KeptList<Entry> {
  add(entry: Entry): void;
  /** The last thousand, newest last. */
  all(): Entry[];
  clear(): void;
}

const KEPT = 1000;

export function openKeptList<Entry>(store: Store, name: 'published' | 'events'): KeptList<Entry> {
  const insert = store.prepare(`INSERT INTO ${name} (entry) VALUES (?)`);
  const forget = store.prepare(`DELETE FROM ${name} WHERE position <= ?`);
  const all = store.prepare(`SELECT entry FROM ${name} ORDER BY position`);
  const clear = store.prepare(`DELETE FROM ${name}`);
  return {
    add(entry) {
      const { lastInsertRowid } = insert.run(JSON.stringify(entry));
      forget.run(Number(lastInsertRowid) - KEPT);
    },
    all: () => all.all().map(({ entry }): Entry => JSON.parse(String(entry))),
    clear: () => void clear.run(),
  };
}
