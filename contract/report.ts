import * as z from 'zod/mini';
import { humanText, OpaqueIdSchema, PageSchema } from './common.ts';
import { limits } from './limits.ts';
import type { Message } from './message.ts';

export const reportCategories = ['spam', 'abuse', 'other'] as const;
export type ReportCategory = (typeof reportCategories)[number];

export const reportStatuses = ['open', 'resolved'] as const;
export type ReportStatus = (typeof reportStatuses)[number];

/** What an administrator does about a report: to the message, or to whoever sent it. */
export const reportActions = ['none', 'deleteMessage', 'banUser', 'removeMember'] as const;
export type ReportAction = (typeof reportActions)[number];

/** The body of `POST /v1/messages/{messageId}/reports`. A second report of the same message by the same user is the first. */
export const ReportMessageSchema = z.strictObject({
  reason: humanText(limits.reportReasonLength),
  /** `other`, unless said. */
  category: z._default(z.optional(z.enum(reportCategories)), 'other'),
});
export type ReportMessage = z.output<typeof ReportMessageSchema>;

/** A report as whoever made it sees it. */
export interface Report {
  id: string;
  messageId: string;
  conversationId: string;
  reporterId: string;
  category: ReportCategory;
  reason: string;
  status: ReportStatus;
  createdAt: string;
}

/** How a report ended; the note is for administrators. */
export interface Resolution {
  action: ReportAction;
  note?: string;
  resolvedBy: string;
  resolvedAt: string;
}

/** A report as administrators see it. */
export interface AdminReport extends Report {
  /** Who sent the message. */
  senderId: string;
  resolution?: Resolution;
}

/** A report in a list: with the message as it is, and with what it said last where it was deleted since. */
export interface ListedReport extends AdminReport {
  message?: Message;
}

export interface ReportPage {
  reports: ListedReport[];
  nextCursor?: string;
}

/** Open ones in the order in which they came, so that nobody waits for ever; resolved ones latest first. */
export const ListReportsSchema = z.safeExtend(PageSchema, {
  status: z._default(z.optional(z.enum(reportStatuses)), 'open'),
});
export type ListReports = z.output<typeof ListReportsSchema>;

export const ReportParamsSchema = z.strictObject({ reportId: OpaqueIdSchema });

/** The body of `PATCH /v1/admin/reports/{reportId}`: does the action and ends the report. */
export const ResolveReportSchema = z.strictObject({
  status: z.literal('resolved'),
  action: z.enum(reportActions),
  note: z.optional(humanText(limits.reportReasonLength)),
});
export type ResolveReport = z.output<typeof ResolveReportSchema>;
