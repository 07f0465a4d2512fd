import * as z from 'zod/mini';
import { atMostJsonBytes, IdSchema, OpaqueIdSchema } from './common.ts';
import { limits } from './limits.ts';
import type { Presence } from './user.ts';

/** `typing.start`, `typing.stop`, `conversation.join` and `conversation.leave`. */
export const ConversationFrameSchema = z.strictObject({ conversationId: OpaqueIdSchema });

/**
 * The reply to `conversation.join`. `isWatching`: whether this connection hears who is typing; not where as many as may
 * (`watchers` of the limits) do already. No push is sent either way.
 */
export interface Joined {
  conversationId: string;
  isWatching: boolean;
}

export const SetPresenceSchema = z.strictObject({ status: z.enum(['online', 'away']) });

/** The payload is relayed as it is, and never stored. */
export const SendSignalSchema = z.strictObject({
  toUserId: IdSchema,
  conversationId: OpaqueIdSchema,
  payload: z.record(z.string(), z.json()).check(atMostJsonBytes(limits.signalBytes)),
});
export type SendSignal = z.output<typeof SendSignalSchema>;

/** The reply to `signal.send`: how many of the user's connections took it. */
export interface SignalSent {
  reached: number;
}

/** No token of a sane size comes near: it has to fit a handshake's headers. */
const longestToken = 8 * 1024;

export const RefreshTokenSchema = z.strictObject({
  token: z.string().check(z.minLength(1), z.maxLength(longestToken)),
});

/** The reply to `auth.refresh`: when this connection ends now, ISO 8601 UTC. */
export interface Refreshed {
  expiresAt: string;
}

export const PingSchema = z.strictObject({
  conversationIds: z.optional(z.array(OpaqueIdSchema).check(z.maxLength(limits.pingConversations))),
});

/** Of conversations that the caller is a member of: `seq` is `lastSeq`. */
export interface Pong {
  at: string;
  heads: Record<string, { seq: number; rev: number }>;
}

/** `userIds`: up to 100, separated by commas; a user id that holds a comma can't be asked for in this way. */
export const AskPresenceSchema = z.strictObject({
  userIds: z.pipe(
    z.string().check(z.minLength(1), z.maxLength(limits.presenceUsers * (limits.idLength + 1))),
    z.pipe(
      z.transform((text: string) => [...new Set(text.split(','))]),
      z.array(IdSchema).check(z.maxLength(limits.presenceUsers, `must be at most ${limits.presenceUsers} users`)),
    ),
  ),
});

/** In the order asked for. Who shares no conversation with the caller is `offline` like anybody who never came. */
export interface PresenceList {
  presence: (Presence & { userId: string })[];
}
