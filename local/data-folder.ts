import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * Takes the data folder for this process alone. The lock is the operating system's, held through SQLite, and so ends
 * with the process however it ends: a file with a process id in it would outlive a kill -9. Returns its release.
 */
export function lockDataFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true });
  const lock = new DatabaseSync(join(folder, 'host.lock'));
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch {
    lock.close();
    throw new Error(`another local host uses ${folder}; stop it, or set PARLEY_DATA to another folder`);
  }
  return () => lock.close();
}
