import type { AuditStore } from '../app/moderation-ports.ts';
import { type AuditEntry, monthsBetween } from '../domain/audit.ts';
import { refuseFields } from '../domain/chat-error.ts';
import { cursorOf } from './cursor.ts';
import { timedSortKey } from './index-page.ts';
import { auditFrom, auditItem } from './items.ts';
import * as keys from './keys.ts';
import type { Item, Table } from './table.ts';

/** A partition a month: no key is hot, and a range of times is a few queries. Nothing removes an entry. */
export const auditStore = (table: Table): AuditStore => ({
  append: (entry) => table.put(auditItem(entry)),

  async page({ fromMs, toMs, limit, cursor }) {
    const first = keys.auditBound(fromMs);
    const last = cursor === undefined ? keys.auditBound(toMs) : cursorWithin(cursor, fromMs, toMs);
    const items: Item[] = [];
    for (const month of monthsBetween(fromMs, timeIn(last))) {
      const page = await table.query({
        keyCondition: 'PK = :month AND SK BETWEEN :first AND :last',
        values: { ':month': keys.auditPK(month), ':first': first, ':last': last },
        isDescending: true,
        limit: limit + 1 - items.length,
      });
      items.push(...page.items);
      if (items.length > limit) break;
    }
    // One more than was asked for: the next page begins with it.
    const next = items[limit];
    return {
      entries: items.slice(0, limit).map((item): AuditEntry => auditFrom(item)),
      ...(next && { nextCursor: cursorOf(String(next.SK)) }),
    };
  },
});

const timeIn = (sortKey: string): number => Number(sortKey.slice(0, 16));

function cursorWithin(cursor: string, fromMs: number, toMs: number): string {
  const sortKey = timedSortKey(cursor);
  if (timeIn(sortKey) >= fromMs && timeIn(sortKey) <= toMs) return sortKey;
  return refuseFields('read the page', [{ path: 'cursor', message: 'is not of this range of times' }]);
}
