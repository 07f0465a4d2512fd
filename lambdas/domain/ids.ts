import type { ConversationContext } from '../../contract/conversation.ts';
import { refuse } from './chat-error.ts';

/** A digest that is the same for the same text for ever, at least 128 bits, in base64url characters. */
export type Digest = (text: string) => string;

/** The pair as a set: JSON keeps ["a","b|c"] apart from ["a|b","c"]. */
export const sortedPair = (one: string, other: string): [string, string] => (one < other ? [one, other] : [other, one]);

/** One direct conversation per pair of users for ever: its id is made of them, so that creating it twice meets itself. */
export const directConversationId = (one: string, other: string, digest: Digest): string =>
  `d${digest(JSON.stringify(['direct', ...sortedPair(one, other)]))}`;

/** Told by its id alone: no other kind begins like that. */
export const isDirect = (conversationId: string): boolean => conversationId.startsWith('d');

/** One conversation per business object for ever, and found by it without an index. */
export const contextConversationId = ({ type, id }: ConversationContext, digest: Digest): string =>
  `x${digest(JSON.stringify(['context', type, id]))}`;

/** Alone enough to find the message. */
export const messageIdOf = (conversationId: string, seq: number): string => `${conversationId}.${seq}`;

export interface Position {
  conversationId: string;
  seq: number;
}

/** Nothing for a text that is no message's id. */
export function positionIn(messageId: string): Position | undefined {
  const [, conversationId, digits] = /^([\w~-]+)\.([1-9]\d{0,14})$/.exec(messageId) ?? [];
  return conversationId && digits ? { conversationId, seq: Number(digits) } : undefined;
}

/** FORBIDDEN for what is no message's id, as for a message that the caller may not see: nobody can tell them apart. */
export const positionOf = (messageId: string, operation = 'find the message'): Position =>
  positionIn(messageId) ?? refuse('FORBIDDEN', operation, 'the caller is not a member of the conversation');
