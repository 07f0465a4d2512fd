import * as z from 'zod/mini';
import { OpaqueIdSchema } from './common.ts';

const seq = z.optional(z.int().check(z.gte(0)));

/** Up to where; without it, to the end. Never past the end: VALIDATION_FAILED. Never back: what is not forward changes nothing. */
export const MoveWatermarkSchema = z.strictObject({ seq });
export type MoveWatermark = z.output<typeof MoveWatermarkSchema>;

/** `receipt.read` and `receipt.delivered`. */
export const MoveWatermarkFrameSchema = z.strictObject({ conversationId: OpaqueIdSchema, seq });

/** How far a member has got. What is read is delivered: `lastDeliveredSeq` is never below `lastReadSeq`. */
export interface Receipt {
  userId: string;
  lastReadSeq: number;
  lastDeliveredSeq: number;
}

/** The answer to a moved watermark. */
export interface MovedWatermark {
  receipt: Receipt;
  unreadCount: number;
}

/** Every member's where they are at most 100, else the caller's alone. */
export interface ReceiptList {
  receipts: Receipt[];
}
