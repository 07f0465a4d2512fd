import * as z from 'zod/mini';
import { humanText, OpaqueIdSchema } from './common.ts';
import { limits } from './limits.ts';

/** A file as everybody in its conversation knows it. */
export interface FileFacts {
  attachmentId: string;
  fileName: string;
  /** A media type, as in `image/png`. */
  contentType: string;
  /** Bytes. */
  size: number;
}

/** What only its sender knows of a picture, a film or a recording. */
export interface MediaFacts {
  width?: number | undefined;
  height?: number | undefined;
  durationMs?: number | undefined;
  /** Loudness over time, 0 to 100. */
  waveform?: number[] | undefined;
}

/** A file that a message carries. */
export interface Attachment extends FileFacts, MediaFacts {}

/** A form that a browser posts as it is, with the file as its last field: `file`. */
export interface Upload {
  url: string;
  fields: Record<string, string>;
}

/** Where a file goes, and until when; a message that is sent within a day carries it then. */
export interface NewAttachment {
  attachmentId: string;
  upload: Upload;
  expiresAt: string;
}

/** A file, and a URL that gives it to whoever has it, until then. */
export interface AttachmentLink {
  attachment: FileFacts;
  url: string;
  expiresAt: string;
}

const ContentTypeSchema = z
  .string()
  .check(z.maxLength(127), z.regex(/^[\w.+-]+\/[\w.+-]+$/, 'must be a media type'), z.toLowerCase());

const pixels = z.optional(z.int().check(z.gte(1), z.lte(100_000)));
const loudness = z.int().check(z.gte(0), z.lte(100));

/** An attachment as a sender gives it: which file, and what they know of the media. The server knows the rest. */
export const GivenAttachmentSchema = z.strictObject({
  attachmentId: OpaqueIdSchema,
  width: pixels,
  height: pixels,
  durationMs: z.optional(z.int().check(z.gte(0), z.lte(limits.mediaMs))),
  waveform: z.optional(z.array(loudness).check(z.maxLength(limits.waveformPoints))),
});
export type GivenAttachment = z.output<typeof GivenAttachmentSchema>;

/** A file that is going to be uploaded: exactly so many bytes. */
export const CreateAttachmentSchema = z.strictObject({
  fileName: humanText(limits.fileNameLength),
  contentType: ContentTypeSchema,
  size: z
    .int()
    .check(
      z.gte(1, 'must be at least 1 byte'),
      z.lte(limits.attachmentBytes, `must be at most ${limits.attachmentBytes} bytes`),
    ),
});
export type CreateAttachment = z.output<typeof CreateAttachmentSchema>;

export const AttachmentParamsSchema = z.strictObject({ attachmentId: OpaqueIdSchema });
