import * as z from 'zod/mini';
import { PageSchema } from './common.ts';
import { limits } from './limits.ts';
import type { Message } from './message.ts';

/** What a message said until somebody changed or deleted it. */
export interface MessageRevision extends Pick<Message, 'text' | 'encrypted' | 'attachments' | 'mentions' | 'metadata'> {
  /** The revision of the conversation that took it away. */
  rev: number;
  kind: 'edited' | 'deleted';
  at: string;
  by: string;
}

/** A message with all that it ever said; a deleted one has the content that it had last. */
export interface AdminMessage extends Message {
  /** Oldest first. */
  revisions: MessageRevision[];
  /** There are more: `GET /v1/admin/messages/{messageId}/revisions` has all of them. */
  hasMoreRevisions?: true;
}

/** A page of the history, ascending by seq. */
export interface AdminMessagePage {
  messages: AdminMessage[];
  lastSeq: number;
  hasMoreBefore: boolean;
  hasMoreAfter: boolean;
}

/** Oldest first. */
export interface RevisionPage {
  revisions: MessageRevision[];
  nextCursor?: string;
}

const instant = z.optional(z.iso.datetime());

/** Which part of the audit log; without `to` until now, without `from` the 30 days before. */
export const ReadAuditSchema = z.safeExtend(PageSchema, { from: instant, to: instant }).check(
  z.refine(({ from, to }) => !from || !to || Date.parse(from) < Date.parse(to), {
    error: 'must be before to',
    path: ['from'],
  }),
  z.refine(({ from, to }) => !from || Date.parse(to ?? from) - Date.parse(from) <= limits.auditDays * 86_400_000, {
    error: `must be at most ${limits.auditDays} days before to`,
    path: ['from'],
  }),
);
export type ReadAudit = z.output<typeof ReadAuditSchema>;

/** One access by an administrator. It was written before the access, which may have failed. */
export interface AuditEntry {
  id: string;
  at: string;
  /** Who. */
  userId: string;
  /** What, in words: `ban the user`. */
  operation: string;
  /** To whom or what, as the request named it: `{ userId: "ann" }`. */
  target: Record<string, string>;
}

/** Newest first. */
export interface AuditPage {
  entries: AuditEntry[];
  nextCursor?: string;
}
