import { changeFeed } from './change-feed.ts';
import { conversationStore } from './conversation-store.ts';
import { memberStore } from './member-store.ts';
import { messageStore } from './message-store.ts';
import { readerStore } from './reader-store.ts';
import { receiptStore } from './receipt-store.ts';
import { replyStore } from './reply-store.ts';
import { surroundingsStore } from './surroundings-store.ts';
import type { Table } from './table.ts';

/** The stores that sync reads, and the one where it marks what it hands out. */
export const syncStores = (table: Table, identity: () => Promise<string>) => ({
  members: memberStore(table),
  conversations: conversationStore(table),
  messages: messageStore(table),
  replies: replyStore(table),
  readers: readerStore(table),
  surroundings: surroundingsStore(table),
  receipts: receiptStore(table),
  feed: changeFeed(table, identity),
});
