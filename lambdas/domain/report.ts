import type {
  AdminReport,
  Report as PublicReport,
  Resolution as PublicResolution,
  ReportAction,
  ReportCategory,
  ReportStatus,
} from '../../contract/report.ts';
import { type Digest, messageIdOf } from './ids.ts';

/** A message that one of its readers wants administrators to look at. */
export interface Report {
  reportId: string;
  conversationId: string;
  seq: number;
  /** Who sent the message. */
  senderId: string;
  reporterId: string;
  category: ReportCategory;
  reason: string;
  createdAtMs: number;
  status: ReportStatus;
  claim?: Claim;
  /** Where it is resolved. */
  resolution?: Resolution;
}

/** Somebody is about to do this, so that nobody else does something else meanwhile. */
export interface Claim {
  action: ReportAction;
  by: string;
  atMs: number;
}

export interface Resolution extends Claim {
  note?: string;
}

/** A claim is over when whoever made it can't be at work any longer: after the function's timeout, and 2 s for clocks. */
export const claimMs = 12_000;

/** One for each user and message, so that reporting again meets the first report. */
export const reportIdOf = (messageId: string, reporterId: string, digest: Digest): string =>
  `r${digest(JSON.stringify(['report', messageId, reporterId]))}`;

const isoTime = (ms: number) => new Date(ms).toISOString();

/** Nothing of how it ended but that it did. */
export const publicReport = (report: Report): PublicReport => ({
  id: report.reportId,
  messageId: messageIdOf(report.conversationId, report.seq),
  conversationId: report.conversationId,
  reporterId: report.reporterId,
  category: report.category,
  reason: report.reason,
  status: report.status,
  createdAt: isoTime(report.createdAtMs),
});

export const adminReport = (report: Report): AdminReport => ({
  ...publicReport(report),
  senderId: report.senderId,
  ...(report.resolution && { resolution: publicResolution(report.resolution) }),
});

const publicResolution = ({ action, by, atMs, note }: Resolution): PublicResolution => ({
  action,
  ...(note !== undefined && { note }),
  resolvedBy: by,
  resolvedAt: isoTime(atMs),
});
