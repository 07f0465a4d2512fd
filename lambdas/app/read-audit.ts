import type { AuditPage, ReadAudit } from '../../contract/admin.ts';
import { limits } from '../../contract/limits.ts';
import { publicEntry } from '../domain/audit.ts';
import { refuseFields } from '../domain/chat-error.ts';
import type { AuditStore } from './moderation-ports.ts';
import type { Clock } from './ports.ts';

export interface AuditPorts {
  audit: Pick<AuditStore, 'page'>;
  clock: Pick<Clock, 'now'>;
}

const dayMs = 86_400_000;
const usualDays = 30;

/** Newest first: one query for each month that the page reaches into. */
export const readAudit =
  ({ audit, clock }: AuditPorts) =>
  async ({ from, to, ...page }: ReadAudit): Promise<AuditPage> => {
    // What is written in this very millisecond is in it too.
    const toMs = to === undefined ? clock.now() + 1 : Date.parse(to);
    const fromMs = from === undefined ? toMs - usualDays * dayMs : Date.parse(from);
    // The schema knows no clock: without `to` only we can tell how long that is.
    if (toMs - fromMs > limits.auditDays * dayMs + 1) refuseTooLong();
    if (fromMs >= toMs) return { entries: [] };
    const { entries, ...next } = await audit.page({ fromMs, toMs, ...page });
    return { entries: entries.map(publicEntry), ...next };
  };

const refuseTooLong = (): never =>
  refuseFields('read the audit log', [{ path: 'from', message: `must be at most ${limits.auditDays} days before to` }]);
