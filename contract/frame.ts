import * as z from 'zod/mini';
import type { ErrorCode, FieldError } from './errors.ts';
import { limits } from './limits.ts';

const ActionSchema = z.string().check(z.minLength(1), z.maxLength(64));
const FrameIdSchema = z.string().check(z.minLength(1), z.maxLength(limits.idLength));

/** What a client sends. A frame with an `id` gets exactly one reply; one without gets a reply only if it fails. */
export const FrameSchema = z.strictObject({
  action: ActionSchema,
  id: z.optional(FrameIdSchema),
  data: z.optional(z.unknown()),
});
export type Frame = z.output<typeof FrameSchema>;

/** As much of a frame as it takes to answer it, whatever else is wrong with it. */
export const FrameAddressSchema = z.object({
  action: z.catch(z.optional(ActionSchema), undefined),
  id: z.catch(z.optional(FrameIdSchema), undefined),
});

export type Reply =
  | { reply: string; id: string; ok: true; data: unknown }
  | {
      reply: string | null;
      id: string | null;
      ok: false;
      error: { code: ErrorCode; message: string; errors?: FieldError[]; retryAfterMs?: number };
    };
