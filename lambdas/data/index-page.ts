import type { PageRequest } from '../app/ports.ts';
import { refuseFields } from '../domain/chat-error.ts';
import { cursorOf, sortKeyOf } from './cursor.ts';
import type { IndexKey, Key } from './keys.ts';
import type { Item, Table } from './table.ts';

interface IndexRequest extends PageRequest {
  /** Of GSI1, whose sort keys are a time and an id. */
  partition: string;
  startKeyOf: (sortKey: string) => Key & IndexKey;
  isDescending: boolean;
}

/** The index holds keys alone, and lags behind: the items as they are now, those left out that are gone. */
export async function pageByIndex(
  table: Table,
  { partition, startKeyOf, isDescending, limit, cursor }: IndexRequest,
): Promise<{ items: Item[]; nextCursor?: string }> {
  const { items: found, nextKey } = await table.query({
    index: 'GSI1',
    keyCondition: 'GSI1PK = :partition',
    values: { ':partition': partition },
    isDescending,
    limit,
    startKey: cursor === undefined ? undefined : startKeyOf(timedSortKey(cursor)),
  });
  const wanted = found.map(({ PK, SK }) => ({ PK: String(PK), SK: String(SK) }));
  const byKey = new Map((await table.batchGet(wanted)).map((item) => [String(item.PK), item]));
  const items = wanted.map(({ PK }) => byKey.get(PK)).filter((item) => item !== undefined);
  return { items, ...(nextKey && { nextCursor: cursorOf(String(nextKey.GSI1SK)) }) };
}

/** A time and what tells two of one time apart. */
export function timedSortKey(cursor: string): string {
  const sortKey = sortKeyOf(cursor, '');
  if (/^\d{16}#[^#]+$/.test(sortKey)) return sortKey;
  return refuseFields('read the page', [{ path: 'cursor', message: 'is not a cursor of this list' }]);
}
