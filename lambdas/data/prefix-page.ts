import type { PageRequest } from '../app/ports.ts';
import { cursorOf, sortKeyOf } from './cursor.ts';
import type { Item, Table } from './table.ts';

interface PrefixRequest extends PageRequest {
  PK: string;
  /** Of the sort key. */
  prefix: string;
}

/** Everything in a partition that begins alike, in order, a page at a time. One consistent query. */
export async function pageByPrefix(
  table: Table,
  { PK, prefix, limit, cursor }: PrefixRequest,
): Promise<{ items: Item[]; nextCursor?: string }> {
  const { items, nextKey } = await table.query({
    keyCondition: 'PK = :partition AND begins_with(SK, :prefix)',
    values: { ':partition': PK, ':prefix': prefix },
    limit,
    startKey: cursor === undefined ? undefined : { PK, SK: sortKeyOf(cursor, prefix) },
  });
  return { items, ...(nextKey && { nextCursor: cursorOf(String(nextKey.SK)) }) };
}
