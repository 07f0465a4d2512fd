import { conversationStore } from './conversation-store.ts';
import { memberStore } from './member-store.ts';
import { messageStore } from './message-store.ts';
import type { Table } from './table.ts';

/** The three stores that a send writes to. */
export const sendStores = (table: Table) => ({
  members: memberStore(table),
  conversations: conversationStore(table),
  messages: messageStore(table),
});
