import * as z from 'zod/mini';
import type { ErrorCode, FieldError } from './errors.ts';
import { limits } from './limits.ts';

/** What a client sends. A frame with an `id` gets exactly one reply; one without gets a reply only if it fails. */
export const FrameSchema = z.strictObject({
  action: z.string().check(z.minLength(1), z.maxLength(64)),
  id: z.optional(z.string().check(z.minLength(1), z.maxLength(limits.idLength))),
  data: z.optional(z.unknown()),
});
export type Frame = z.output<typeof FrameSchema>;

export type Reply =
  | { reply: string; id: string; ok: true; data: unknown }
  | {
      reply: string | null;
      id: string | null;
      ok: false;
      error: { code: ErrorCode; message: string; errors?: FieldError[] };
    };
