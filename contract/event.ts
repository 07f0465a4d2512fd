import type { Conversation } from './conversation.ts';
import type { Message } from './message.ts';

interface EventOf<Type extends string, Data> {
  type: Type;
  conversationId: string;
  /** When it happened, ISO 8601 UTC. */
  at: string;
  data: Data;
}

/** What the server tells unasked. Delivery is at least once; `seq` and `rev` make a repeat harmless. */
export type ChatEvent =
  | EventOf<'message.created', { message: Message }>
  | EventOf<'conversation.created', { conversation: Conversation }>;

/** Several events for one connection travel in one frame, in the order in which they happened. */
export interface EventFrame {
  events: ChatEvent[];
}
