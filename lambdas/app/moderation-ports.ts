import type { ReportStatus } from '../../contract/report.ts';
import type { AuditEntry } from '../domain/audit.ts';
import type { Head } from '../domain/conversation.ts';
import type { Position } from '../domain/ids.ts';
import type { Message, Revision } from '../domain/message.ts';
import type { Claim, Report, Resolution } from '../domain/report.ts';
import type { PageRequest } from './ports.ts';

/** What use cases of administrators need. */

export interface AuditStore {
  /** One write. */
  append(entry: AuditEntry): Promise<void>;
  /** Newest first: one query for each month that the page reaches into. */
  page(range: { fromMs: number; toMs: number } & PageRequest): Promise<{ entries: AuditEntry[]; nextCursor?: string }>;
}

export interface ReportStore {
  /** Gives the report that is there, where there is one already. One conditional write. */
  add(report: Report): Promise<{ report: Report; isNew: boolean }>;
  /**
   * Nobody else does anything about an open report while a claim of it holds; the same claim again is the same. Gives the report as it
   * is, with somebody else's claim or its end where this one was refused. One conditional write.
   */
  claim(reportId: string, claim: Claim): Promise<{ isClaimed: boolean; report: Report | undefined }>;
  /** Ends an open report; gives it as it is, with another end where it has one. One conditional write. */
  resolve(reportId: string, resolution: Resolution): Promise<Report | undefined>;
  /** Open ones oldest first, resolved ones newest first: one query of the index, which lags behind, and one batch read. */
  page(status: ReportStatus, page: PageRequest): Promise<{ reports: Report[]; nextCursor?: string }>;
}

/** What was said, whatever became of it. */
export interface EvidenceStore {
  /** One read. */
  headOf(conversationId: string): Promise<Head | undefined>;
  /** Messages as they are, of any conversations: one batch read. */
  messagesAt(positions: Position[]): Promise<Message[]>;
  /** What each of these deleted messages said last: one batch read. */
  lastWordsOf(deleted: Message[]): Promise<Revision[]>;
  /** Of the messages from one seq to another, ascending: one query, which may end early, in the middle of a message even. */
  revisionsBetween(range: { conversationId: string; firstSeq: number; lastSeq: number }): Promise<{
    revisions: Revision[];
    isComplete: boolean;
  }>;
  /** Of one message, oldest first: one query. */
  revisionsOf(position: Position, page: PageRequest): Promise<{ revisions: Revision[]; nextCursor?: string }>;
}
