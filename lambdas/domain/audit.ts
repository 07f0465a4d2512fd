import type { AuditEntry as PublicEntry } from '../../contract/admin.ts';

/** One access by an administrator. */
export interface AuditEntry {
  /** Tells two of one millisecond apart. */
  id: string;
  atMs: number;
  userId: string;
  operation: string;
  target: Record<string, string>;
}

export const publicEntry = ({ atMs, ...entry }: AuditEntry): PublicEntry => ({
  ...entry,
  at: new Date(atMs).toISOString(),
});

/** As in 2026-01, of UTC. */
export const monthOf = (atMs: number): string => new Date(atMs).toISOString().slice(0, 7);

/** Every month that the time from one moment to another touches, the latest first. */
export function monthsBetween(fromMs: number, toMs: number): string[] {
  const first = new Date(fromMs);
  const months: string[] = [];
  let monthMs = Date.UTC(first.getUTCFullYear(), first.getUTCMonth());
  while (monthMs <= toMs) {
    months.unshift(monthOf(monthMs));
    const start = new Date(monthMs);
    monthMs = Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1);
  }
  return months;
}
