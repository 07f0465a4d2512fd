import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Store } from '../store.ts';
import type { Clock } from '../types.ts';

/** One version of an object. */
export interface StoredObject {
  versionId: string;
  bucket: string;
  key: string;
  contentType: string;
  size: number;
  etag: string;
  storedAtMs: number;
  /** Its tags, as `key=value`. */
  tags: string[];
}

export interface Objects {
  put(object: Pick<StoredObject, 'bucket' | 'key' | 'contentType' | 'etag' | 'tags'>, content: Buffer): StoredObject;
  /** The version asked for, or the latest; nothing where there is none. */
  find(bucket: string, key: string, versionId?: string): StoredObject | undefined;
  contentOf(object: StoredObject): Buffer;
  untag(object: StoredObject): void;
  /** Deletes what has this tag and is older than that. */
  expire(bucket: string, tag: string, storedBeforeMs: number): void;
}

/** What lies in the buckets: one row in the host's store and one file in its folder for each version. */
export function openObjects(store: Store, dataFolder: string, clock: Clock): Objects {
  store.exec(`CREATE TABLE IF NOT EXISTS objects (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    version_id TEXT NOT NULL UNIQUE,
    bucket TEXT NOT NULL,
    key TEXT NOT NULL,
    stored_at INTEGER NOT NULL,
    facts TEXT NOT NULL
  );
  CREATE INDEX IF NOT EXISTS objects_by_key ON objects(bucket, key, position)`);
  const folder = join(dataFolder, 's3');
  mkdirSync(folder, { recursive: true });
  const insert = store.prepare(
    'INSERT INTO objects (version_id, bucket, key, stored_at, facts) VALUES (?, ?, ?, ?, ?)',
  );
  const latest = store.prepare('SELECT facts FROM objects WHERE bucket = ? AND key = ? ORDER BY position DESC LIMIT 1');
  const byVersion = store.prepare('SELECT facts FROM objects WHERE bucket = ? AND key = ? AND version_id = ?');
  const update = store.prepare('UPDATE objects SET facts = ? WHERE version_id = ?');
  const older = store.prepare('SELECT facts FROM objects WHERE bucket = ? AND stored_at < ?');
  const remove = store.prepare('DELETE FROM objects WHERE version_id = ?');
  const fileOf = ({ versionId }: Pick<StoredObject, 'versionId'>) => join(folder, versionId);

  return {
    put(about, content) {
      const object = {
        ...about,
        versionId: randomBytes(24).toString('base64url'),
        size: content.length,
        storedAtMs: clock.now(),
      };
      // The file goes first: a host that is killed between the two leaves one that nobody finds.
      writeFileSync(fileOf(object), content);
      insert.run(object.versionId, object.bucket, object.key, object.storedAtMs, JSON.stringify(object));
      return object;
    },
    find: (bucket, key, versionId) =>
      objectIn(versionId === undefined ? latest.get(bucket, key) : byVersion.get(bucket, key, versionId)),
    contentOf: (object) => readFileSync(fileOf(object)),
    untag: (object) => void update.run(JSON.stringify({ ...object, tags: [] }), object.versionId),
    expire(bucket, tag, storedBeforeMs) {
      for (const row of older.all(bucket, storedBeforeMs)) {
        const object = objectIn(row);
        if (!object?.tags.includes(tag)) continue;
        remove.run(object.versionId);
        rmSync(fileOf(object), { force: true });
      }
    },
  };
}

const objectIn = (row: Record<string, unknown> | undefined): StoredObject | undefined =>
  row && JSON.parse(String(row.facts));
