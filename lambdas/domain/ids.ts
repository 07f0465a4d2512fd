import { refuse } from './chat-error.ts';

/** A digest that is the same for the same text for ever, at least 128 bits, in base64url characters. */
export type Digest = (text: string) => string;

/** The pair as a set: JSON keeps ["a","b|c"] apart from ["a|b","c"]. */
export const sortedPair = (one: string, other: string): [string, string] => (one < other ? [one, other] : [other, one]);

/** One direct conversation per pair of users for ever: its id is made of them, so that creating it twice meets itself. */
export const directConversationId = (one: string, other: string, digest: Digest): string =>
  `d${digest(JSON.stringify(['direct', ...sortedPair(one, other)]))}`;

/** Alone enough to find the message. */
export const messageIdOf = (conversationId: string, seq: number): string => `${conversationId}.${seq}`;

export function positionOf(messageId: string): { conversationId: string; seq: number } {
  const [, conversationId, digits] = /^([\w~-]+)\.([1-9]\d{0,14})$/.exec(messageId) ?? [];
  if (!conversationId || !digits) refuse('NOT_FOUND', 'find the message', 'there is no such message');
  return { conversationId, seq: Number(digits) };
}
