import type { ReportAction, ResolveReport } from '../../contract/report.ts';
import { refuse } from '../domain/chat-error.ts';
import { messageIdOf } from '../domain/ids.ts';
import type { Principal } from '../domain/principal.ts';
import type { Report } from '../domain/report.ts';
import type { MembershipPorts } from './change-membership.ts';
import { type DeletePorts, deleteMessage } from './delete-message.ts';
import { type BanPorts, banUser } from './manage-bans.ts';
import type { ReportStore } from './moderation-ports.ts';
import type { Clock } from './ports.ts';
import { removeMember } from './remove-member.ts';

export interface ResolvePorts extends DeletePorts, BanPorts, Pick<MembershipPorts, 'members'> {
  reports: Pick<ReportStore, 'claim' | 'resolve'>;
  clock: Clock;
}

const operation = 'resolve the report';

/**
 * Does what was decided about a report, and ends it. The decision is claimed first, so that no two administrators do different things; it
 * is done next, and every action done twice is done once; and only then the report ends. So what a dying function leaves behind is an open
 * report, whose repeat finishes it. CONFLICT where it ended otherwise; UNAVAILABLE while something else is being done about it.
 */
export const resolveReport =
  (ports: ResolvePorts) =>
  async (admin: Principal, reportId: string, { action, note }: ResolveReport): Promise<Report> => {
    const decision = { action, by: admin.userId, atMs: ports.clock.now() };
    const { isClaimed, report: known } = await ports.reports.claim(reportId, decision);
    if (!known) return refuse('NOT_FOUND', operation, 'there is no such report');
    if (known.status === 'resolved') return endedSo(known, decision);
    if (!isClaimed) refuse('UNAVAILABLE', operation, 'something else is being done about it just now');
    await actions(ports)[action](admin, known, note);
    const ended = await ports.reports.resolve(reportId, { ...decision, ...(note !== undefined && { note }) });
    return endedSo(ended ?? known, decision);
  };

/** A repeat is answered with what it did the first time. */
function endedSo(report: Report, { action, by }: { action: ReportAction; by: string }): Report {
  if (report.resolution?.by === by && report.resolution.action === action) return report;
  return refuse('CONFLICT', operation, 'it is resolved otherwise already');
}

type Act = (admin: Principal, report: Report, reason?: string) => Promise<unknown>;

const actions = (ports: ResolvePorts): Record<ReportAction, Act> => ({
  none: async () => undefined,
  deleteMessage: (admin, { conversationId, seq }) =>
    deleteMessage(ports)(asBackend(admin), messageIdOf(conversationId, seq)),
  banUser: (admin, { senderId }, reason) => banUser(ports)(admin, senderId, { reason }),
  removeMember: (admin, { conversationId, senderId }) =>
    removeMember(ports)(asBackend(admin), conversationId, senderId),
});

/** What an administrator decides is done with the rights of a backend, which is no member either and may do it everywhere. */
const asBackend = (admin: Principal): Principal => ({ ...admin, scopes: ['chat:service'] });
