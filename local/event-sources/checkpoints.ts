import type { Store } from '../store.ts';

/** How far each reader has come, remembered over restarts. */
export interface Checkpoints {
  find(reader: string): string | undefined;
  save(reader: string, position: string): void;
}

export function createCheckpoints(store: Store): Checkpoints {
  const find = store.prepare('SELECT position FROM checkpoints WHERE reader = ?');
  const save = store.prepare('INSERT OR REPLACE INTO checkpoints (reader, position) VALUES (?, ?)');
  return {
    find: (reader) => find.get(reader)?.position?.toString(),
    save: (reader, position) => void save.run(reader, position),
  };
}
