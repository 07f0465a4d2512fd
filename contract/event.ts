import type { Conversation } from './conversation.ts';
import type { Member } from './member.ts';
import type { Message } from './message.ts';
import type { ScheduledMessage } from './scheduled-message.ts';
import type { Presence } from './user.ts';

/** Of a user, and of no one conversation. */
interface UserEventOf<Type extends string, Data> {
  type: Type;
  /** When it happened, ISO 8601 UTC. */
  at: string;
  data: Data;
}

interface EventOf<Type extends string, Data> extends UserEventOf<Type, Data> {
  conversationId: string;
}

/** `count`: how many users give this emoji now, `userId` included or no longer. */
export interface ReactionEventData {
  messageId: string;
  userId: string;
  emoji: string;
  count: number;
  /** The message's revision with it: of two counts, that of the higher `rev` is the newer. */
  rev: number;
}

/** `userId` has read, or got, everything up to `seq`. */
export interface ReceiptEventData {
  userId: string;
  seq: number;
}

/** `payload` is the sender's own, as it was sent. */
export interface SignalEventData {
  fromUserId: string;
  payload: Record<string, unknown>;
}

/**
 * What the server tells unasked. Delivery is at least once; `seq` and `rev` make a repeat harmless. Messages of one sender, sent one
 * after the other, arrive in that order; those of several senders at the same moment may arrive a place apart, since a number is given
 * out before its message is stored: a client shows them by `seq`, and waits for one that is missing or asks `sync`.
 */
export type ChatEvent =
  /** Of a reply, it also says that the message it answers has one reply more. */
  | EventOf<'message.created', { message: Message }>
  | EventOf<'message.updated' | 'message.deleted', { message: Message }>
  | EventOf<'reaction.added' | 'reaction.removed', ReactionEventData>
  | EventOf<'receipt.read' | 'receipt.delivered', ReceiptEventData>
  | EventOf<'conversation.created' | 'conversation.updated' | 'conversation.closed', { conversation: Conversation }>
  | EventOf<'member.added' | 'member.removed' | 'member.updated', { member: Member }>
  /** Ends by itself: a client that hears no more of it for `typingSeconds` (limits) shows it no longer. */
  | EventOf<'typing.started' | 'typing.stopped', { userId: string }>
  | EventOf<'signal.received', SignalEventData>
  /** To its sender's own connections. */
  | EventOf<'scheduled.failed', { scheduledMessage: ScheduledMessage }>
  /** Of two about one user that of the later `at` counts. */
  | UserEventOf<'presence.changed', Presence & { userId: string }>
  /** A device has keys for the first time, another identity, or none any more. Also told to the user's own connections. */
  | UserEventOf<'keys.changed', { userId: string; deviceId: string }>
  /** To the user's own connections: so many one-time keys at most are left of a device. */
  | UserEventOf<'keys.low', { deviceId: string; left: number }>
  /** In place of an event that is larger than a frame: `sync`, or HTTP, has what it said. */
  | EventOf<'sync.required', Record<string, never>>;

/** Several events for one connection travel in one frame, in the order in which they happened. */
export interface EventFrame {
  events: ChatEvent[];
}
