import * as z from 'zod/mini';
import { OpaqueIdSchema } from './common.ts';
import type { ErrorCode } from './errors.ts';
import { EditMessageSchema, type Message, SendMessageSchema } from './message.ts';

/** `failed`: its sender might not send it when its time had come. All but `scheduled` are final. */
export type ScheduledStatus = 'scheduled' | 'sent' | 'failed' | 'cancelled';

/** A message that waits for its time; only its sender sees it. Shown for 30 days after its end. */
export interface ScheduledMessage
  extends Pick<Message, 'type' | 'text' | 'encrypted' | 'attachments' | 'mentions' | 'metadata' | 'replyTo'> {
  id: string;
  conversationId: string;
  /** The sender's own name for it. The message that comes of it is called otherwise: its `clientMessageId` is `scheduled-<id>`. */
  clientMessageId: string;
  /** ISO 8601 UTC. It is sent within a minute from then on, never before. */
  sendAt: string;
  status: ScheduledStatus;
  createdAt: string;
  /** Why it failed, as the sender would have been told. */
  failure?: { code: ErrorCode; message: string };
  /** What came of it. */
  messageId?: string;
}

const SendAtSchema = z.iso.datetime();

/** As a send, with its time: 10 seconds to a year ahead. The same `clientMessageId` again is the same scheduled message. */
export const ScheduleMessageSchema = z.safeExtend(SendMessageSchema, { sendAt: SendAtSchema });
export type ScheduleMessage = z.output<typeof ScheduleMessageSchema>;

/** What is given takes the place of what was there. Attachments are given as at a send: all of them, each with what is known of it. */
export const PatchScheduledMessageSchema = z.safeExtend(EditMessageSchema, { sendAt: z.optional(SendAtSchema) });
export type PatchScheduledMessage = z.output<typeof PatchScheduledMessageSchema>;

export const ScheduledMessageParamsSchema = z.strictObject({
  conversationId: OpaqueIdSchema,
  scheduledId: OpaqueIdSchema,
});

/** In the order of their ids. */
export interface ScheduledMessagePage {
  scheduledMessages: ScheduledMessage[];
  nextCursor?: string;
}
