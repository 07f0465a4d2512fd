import type { ListedReport, ListReports, ReportPage } from '../../contract/report.ts';
import { type Message, publicMessage } from '../domain/message.ts';
import { adminReport, type Report } from '../domain/report.ts';
import type { EvidenceStore, ReportStore } from './moderation-ports.ts';
import { unveiled } from './read-evidence.ts';

export interface ListReportPorts {
  reports: Pick<ReportStore, 'page'>;
  evidence: Pick<EvidenceStore, 'messagesAt' | 'lastWordsOf'>;
}

/** A query of the index and a batch read of reports, one of their messages, and one of what the deleted ones among them said. */
export const listReports =
  ({ reports, evidence }: ListReportPorts) =>
  async ({ status, ...page }: ListReports): Promise<ReportPage> => {
    const { reports: found, ...next } = await reports.page(status, page);
    const messages = await unveiled(evidence, await evidence.messagesAt(found));
    const byPlace = new Map(messages.map((message) => [placeOf(message), message]));
    return { reports: found.map((report) => listed(report, byPlace.get(placeOf(report)))), ...next };
  };

const placeOf = ({ conversationId, seq }: Pick<Report, 'conversationId' | 'seq'>) => `${conversationId}.${seq}`;

const listed = (report: Report, message?: Message): ListedReport => ({
  ...adminReport(report),
  ...(message && { message: publicMessage(message) }),
});
