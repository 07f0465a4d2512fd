import { pinStore } from './pin-store.ts';
import { reactionStore } from './reaction-store.ts';
import { readerStore } from './reader-store.ts';
import { replyStore } from './reply-store.ts';
import { revisionStore } from './revision-store.ts';
import type { Table } from './table.ts';

/** The stores of what happens to a message after it was sent. */
export const messageStores = (table: Table) => ({
  revisions: revisionStore(table),
  reactions: reactionStore(table),
  pins: pinStore(table),
  replies: replyStore(table),
  readers: readerStore(table),
});
