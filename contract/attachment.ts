import * as z from 'zod/mini';
import { humanText, OpaqueIdSchema } from './common.ts';
import { limits } from './limits.ts';

/** A file that a message carries. The sender gives the id, and what it knows of the media. */
export interface Attachment {
  attachmentId: string;
  fileName: string;
  /** A media type, as in `image/png`. */
  contentType: string;
  /** Bytes. */
  size: number;
  width?: number | undefined;
  height?: number | undefined;
  durationMs?: number | undefined;
  /** Loudness over time, 0 to 100. */
  waveform?: number[] | undefined;
}

const ContentTypeSchema = z.string().check(z.maxLength(127), z.regex(/^[\w.+-]+\/[\w.+-]+$/, 'must be a media type'));

const pixels = z.optional(z.int().check(z.gte(1), z.lte(100_000)));
const loudness = z.int().check(z.gte(0), z.lte(100));

export const AttachmentSchema = z.strictObject({
  attachmentId: OpaqueIdSchema,
  fileName: humanText(limits.fileNameLength),
  contentType: ContentTypeSchema,
  size: z.int().check(z.gte(0), z.lte(limits.attachmentBytes, `must be at most ${limits.attachmentBytes} bytes`)),
  width: pixels,
  height: pixels,
  durationMs: z.optional(z.int().check(z.gte(0))),
  waveform: z.optional(z.array(loudness).check(z.maxLength(limits.waveformPoints))),
});
