import type { MessageStore } from '../app/ports.ts';
import { refuse } from '../domain/chat-error.ts';
import type { Message } from '../domain/message.ts';
import { leaseTimeMs, searchMarginMs } from '../domain/send-lease.ts';
import { messageFrom, messageItem } from './items.ts';
import * as keys from './keys.ts';
import type { Item, Table } from './table.ts';

/** A repeat comes soon as a rule: its message is among the last few. */
const firstLook = 10;
const longestLook = 1_000;

export const messageStore = (table: Table): MessageStore => ({
  async append(message) {
    const outcome = await table.putNew(messageItem(message));
    if (!outcome.isDone && !isSame(outcome.item, message))
      refuse('INTERNAL', 'store the message', 'its place is taken');
  },

  async findSent({ conversationId, senderId, clientMessageId, lease }) {
    const sentAtMs = leaseTimeMs(lease);
    let startKey: Item | undefined;
    for (let limit = firstLook; ; limit = Math.min(limit * 10, longestLook)) {
      const page = await table.query({ ...tailOf(conversationId), limit, startKey });
      const messages = page.items.map(messageFrom);
      const found = messages.find(
        (message) => message.clientMessageId === clientMessageId && message.senderId === senderId,
      );
      const oldest = messages.at(-1);
      const isPast = oldest !== undefined && oldest.createdAtMs < sentAtMs - searchMarginMs;
      if (found || isPast || !page.nextKey) return found;
      startKey = page.nextKey;
    }
  },

  async page({ conversationId, limit, before, after }) {
    const messages: Message[] = [];
    let startKey: Item | undefined;
    do {
      const page = await table.query({
        ...(after === undefined ? tailOf(conversationId, before) : headOf(conversationId, after)),
        limit: limit - messages.length,
        startKey,
      });
      messages.push(...page.items.map(messageFrom));
      startKey = page.nextKey;
    } while (startKey && messages.length < limit);
    return messages;
  },
});

/** Every message before a position, or all of them, newest first. */
const tailOf = (conversationId: string, before?: number) => ({
  keyCondition: 'PK = :conversation AND SK BETWEEN :first AND :last',
  values: {
    ':conversation': keys.conversationPK(conversationId),
    ':first': keys.messagePrefix,
    ':last': before === undefined ? keys.afterAllMessages : keys.messageKey(conversationId, Math.max(0, before - 1)).SK,
  },
  isDescending: true,
});

/** Every message after a position, oldest first. */
const headOf = (conversationId: string, after: number) => ({
  keyCondition: 'PK = :conversation AND SK BETWEEN :first AND :last',
  values: {
    ':conversation': keys.conversationPK(conversationId),
    ':first': keys.messageKey(conversationId, after + 1).SK,
    ':last': keys.afterAllMessages,
  },
});

/** The SDK's second try met what its first had written, whose answer was lost. */
const isSame = (item: Item | undefined, message: Message) =>
  item?.senderId === message.senderId && item.clientMessageId === message.clientMessageId;
