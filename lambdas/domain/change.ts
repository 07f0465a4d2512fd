import type { ChatEvent } from '../../contract/event.ts';
import { type Head, publicConversation } from './conversation.ts';
import { type Message, publicMessage } from './message.ts';

/** What a write to the table stands for: its `emit`, and the item as it is after the write. */
export type Change = { emit: 'message.created'; message: Message } | { emit: 'conversation.created'; head: Head };

/** An event and whom it concerns: the members of its conversation as of `membershipVersion`. */
export interface Announcement {
  event: ChatEvent;
  conversationId: string;
  membershipVersion: number;
  /** A connection that knows already. */
  exceptConnectionId?: string;
  /** Set where members without a live connection are to be pushed to. */
  push?: { seq: number; senderId: string };
}

/** The one place that knows which write means which event. */
export function announcementOf(change: Change): Announcement {
  switch (change.emit) {
    case 'message.created':
      return messageCreated(change.message);
    case 'conversation.created':
      return conversationCreated(change.head);
  }
}

const messageCreated = (message: Message): Announcement => ({
  event: {
    type: 'message.created',
    conversationId: message.conversationId,
    at: new Date(message.createdAtMs).toISOString(),
    data: { message: publicMessage(message) },
  },
  conversationId: message.conversationId,
  membershipVersion: message.membershipVersion,
  ...(message.via !== undefined && { exceptConnectionId: message.via }),
  push: { seq: message.seq, senderId: message.senderId },
});

const conversationCreated = (head: Head): Announcement => ({
  event: {
    type: 'conversation.created',
    conversationId: head.conversationId,
    at: new Date(head.createdAtMs).toISOString(),
    data: { conversation: publicConversation(head) },
  },
  conversationId: head.conversationId,
  membershipVersion: head.membershipVersion,
});
