import { type CarryFiles, carryUploads } from '../app/carry-files.ts';
import { fileStore } from '../data/file-store.ts';
import type { Table } from '../data/table.ts';
import { fileStorage } from '../outbound/file-storage.ts';
import { systemClock as clock } from '../runtime/clock.ts';
import { environment } from '../runtime/environment.ts';

/** What a message carries that its sender has uploaded before: for every function that sends such messages. */
export function uploads(table: Table): CarryFiles {
  const { BUCKET_NAME, BUCKET_URL } = environment('BUCKET_NAME', 'BUCKET_URL');
  return carryUploads({
    files: fileStore(table),
    storage: fileStorage({ name: BUCKET_NAME, url: BUCKET_URL }),
    clock,
  });
}
