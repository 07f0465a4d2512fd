import type { ReportMessage } from '../../contract/report.ts';
import type { Digest } from '../domain/ids.ts';
import { type Report, reportIdOf } from '../domain/report.ts';
import { accessTo, type Changer } from './message-access.ts';
import type { ReportStore } from './moderation-ports.ts';
import type { Clock } from './ports.ts';
import type { RevisionStore } from './revision-ports.ts';

export interface ReportPorts {
  revisions: Pick<RevisionStore, 'messageView'>;
  reports: Pick<ReportStore, 'add'>;
  clock: Pick<Clock, 'now'>;
  digest: Digest;
}

/**
 * Tells administrators of a message. One batch read, one write; once for each user and message, and a repeat gets the first as it stands
 * now. FORBIDDEN to anyone but a member.
 */
export const reportMessage =
  ({ revisions, reports, clock, digest }: ReportPorts) =>
  async (
    reporter: Changer,
    messageId: string,
    { reason, category }: ReportMessage,
  ): Promise<{ report: Report; isNew: boolean }> => {
    const { position, message } = await accessTo({ revisions }, reporter, messageId, 'report the message');
    return reports.add({
      ...position,
      reportId: reportIdOf(messageId, reporter.userId, digest),
      senderId: message.senderId,
      reporterId: reporter.userId,
      category,
      reason,
      createdAtMs: clock.now(),
      status: 'open',
    });
  };
