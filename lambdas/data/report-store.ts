import type { ReportStore } from '../app/moderation-ports.ts';
import { claimMs } from '../domain/report.ts';
import { assigning } from './assigning.ts';
import { pageByIndex } from './index-page.ts';
import { reportFrom, reportItem } from './items.ts';
import * as keys from './keys.ts';
import type { Table } from './table.ts';

export const reportStore = (table: Table): ReportStore => ({
  async add(report) {
    const outcome = await table.putNew(reportItem(report));
    if (outcome.isDone || !outcome.item) return { report, isNew: true };
    return { report: reportFrom(outcome.item), isNew: false };
  },

  async claim(reportId, claim) {
    const outcome = await table.update({
      key: keys.reportKey(reportId),
      update: 'SET claim = :claim',
      condition:
        'attribute_exists(PK) AND attribute_not_exists(resolution) AND (attribute_not_exists(claim) OR claim.atMs <= :over OR (claim.#by = :by AND claim.#action = :action))',
      names: { '#by': 'by', '#action': 'action' },
      values: { ':claim': claim, ':over': claim.atMs - claimMs, ':by': claim.by, ':action': claim.action },
    });
    return { isClaimed: outcome.isDone, report: outcome.item && reportFrom(outcome.item) };
  },

  async resolve(reportId, resolution) {
    const status = 'resolved';
    const place = keys.reportPlace(reportId, status, resolution.atMs);
    const outcome = await table.update({
      key: keys.reportKey(reportId),
      ...assigning({ ...place, status, resolution, claim: undefined }),
      condition: 'attribute_exists(PK) AND attribute_not_exists(resolution)',
    });
    return outcome.item && reportFrom(outcome.item);
  },

  async page(status, page) {
    const { items, ...next } = await pageByIndex(table, {
      ...page,
      partition: keys.reportsPK(status),
      startKeyOf: (sortKey) => keys.reportStartKey(status, sortKey),
      isDescending: status === 'resolved',
    });
    return { reports: items.map(reportFrom).filter((report) => report.status === status), ...next };
  },
});
