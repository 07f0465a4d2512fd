import type { HeadOutcome, HeadStore, HeadWrite } from '../app/membership-ports.ts';
import { headRevision, revisedHead } from './head-revision.ts';
import { detailsItem } from './items.ts';
import * as keys from './keys.ts';
import type { Table, TransactionPart } from './table.ts';

export const headStore = (table: Table): HeadStore => ({
  update: (write) => revise(table, 'conversation.updated', write),
  close: (write) => revise(table, 'conversation.closed', write),
});

async function revise(
  table: Table,
  emit: 'conversation.updated' | 'conversation.closed',
  { head, details, changed }: HeadWrite,
): Promise<HeadOutcome> {
  const { isDone } = await table.transact([
    ...headRevision(head, { emit, changed }, changed.atMs),
    ...(details ? [detailsPart(head.conversationId, details)] : []),
  ]);
  return isDone ? { outcome: 'changed', head: revisedHead(head, changed.atMs) } : { outcome: 'outdated' };
}

/** No details are no item. */
const detailsPart = (conversationId: string, details: NonNullable<HeadWrite['details']>): TransactionPart =>
  Object.keys(details).length > 0
    ? { put: detailsItem(conversationId, details) }
    : { remove: keys.detailsKey(conversationId) };
