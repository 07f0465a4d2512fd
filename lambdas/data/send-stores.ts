import { conversationStore } from './conversation-store.ts';
import { fileStore } from './file-store.ts';
import { memberStore } from './member-store.ts';
import { messageStore } from './message-store.ts';
import { replyStore } from './reply-store.ts';
import { senderStore } from './sender-store.ts';
import type { Table } from './table.ts';

/** The stores that a send writes to. */
export const sendStores = (table: Table) => ({
  members: memberStore(table),
  senders: senderStore(table),
  conversations: conversationStore(table),
  messages: messageStore(table),
  replies: replyStore(table),
  files: fileStore(table),
});
