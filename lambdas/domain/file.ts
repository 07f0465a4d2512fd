import type { Attachment, FileFacts, MediaFacts } from '../../contract/attachment.ts';
import { refuse } from './chat-error.ts';

/** A file of a conversation: what an attachment's id stands for. */
export interface ChatFile {
  conversationId: string;
  fileId: string;
  uploaderId: string;
  /** Where the bucket keeps it; a copy that was forwarded lies in the same place. */
  objectKey: string;
  /** Which of the objects that were uploaded there a message carries: another upload can't change what was sent. */
  objectVersion?: string;
  fileName: string;
  contentType: string;
  size: number;
  createdAtMs: number;
  /** The clientMessageId of the scheduled message that it is kept for, until that is sent. */
  heldFor?: string;
  /** The message that carries it; absent until one is sent. */
  seq?: number;
  /** Nobody but compliance sees it any more. */
  deletedAtMs?: number;
}

export type FilePlace = Pick<ChatFile, 'conversationId' | 'fileId'>;

/** Where the upload of a file ends. */
export const uploadMs = 5 * 60_000;

/** How long an uploaded file waits for its message. The bucket forgets it a day after the upload at the earliest: never before. */
export const unsentMs = 24 * 3_600_000;

/** How long a link gives the file, whatever happens to the message or to the reader's membership meanwhile. */
export const linkMs = 5 * 60_000;

/** Whether a message of this name may carry it: what is kept for one is kept from all others. */
export function isSendable(
  { createdAtMs, seq, deletedAtMs, heldFor }: ChatFile,
  clientMessageId: string,
  nowMs: number,
): boolean {
  if (seq !== undefined || deletedAtMs !== undefined) return false;
  return heldFor === undefined ? nowMs - createdAtMs <= unsentMs : heldFor === clientMessageId;
}

export const attachmentIdOf = ({ conversationId, fileId }: FilePlace): string => `${conversationId}.${fileId}`;

/** Nothing for a text that is no attachment's id. */
export function placeIn(attachmentId: string): FilePlace | undefined {
  const [, conversationId, fileId] = /^([\w~-]+)\.([\w-]{22})$/.exec(attachmentId) ?? [];
  return conversationId && fileId ? { conversationId, fileId } : undefined;
}

/** FORBIDDEN for what is no attachment's id, as for one that the caller may not see: nobody can tell them apart. */
export const placeOf = (attachmentId: string, operation: string): FilePlace =>
  placeIn(attachmentId) ?? refuse('FORBIDDEN', operation, 'the caller is not a member of the conversation');

export const fileFactsOf = (file: ChatFile): FileFacts => ({
  attachmentId: attachmentIdOf(file),
  fileName: file.fileName,
  contentType: file.contentType,
  size: file.size,
});

/** What a message carries: the server's word on the file, the sender's on the media. */
export const attachmentOf = (file: ChatFile, { width, height, durationMs, waveform }: MediaFacts): Attachment => ({
  ...fileFactsOf(file),
  ...(width !== undefined && { width }),
  ...(height !== undefined && { height }),
  ...(durationMs !== undefined && { durationMs }),
  ...(waveform !== undefined && { waveform }),
});

/**
 * Whether a browser may show it by itself: pictures, sound and films. Anything that may hold a script (SVG, HTML, any XML) is saved
 * instead, whatever it is called.
 */
export const isShownInline = (contentType: string): boolean =>
  /^(image|audio|video)\//.test(contentType) && !contentType.includes('xml');

/** Whether one of the patterns allows it: `image/png`, `image/*`, `application/vnd.oasis.*`. */
export const isAllowedType = (contentType: string, patterns: string[]): boolean =>
  patterns.some((pattern) =>
    pattern.endsWith('*') ? contentType.startsWith(pattern.slice(0, -1)) : contentType === pattern,
  );

/** The day of UTC that a quota is of, and when the next begins. */
export const dayOf = (nowMs: number): string => new Date(nowMs).toISOString().slice(0, 10);
export const nextDayMs = (nowMs: number): number => (Math.floor(nowMs / dayMs) + 1) * dayMs;
const dayMs = 24 * 3_600_000;
