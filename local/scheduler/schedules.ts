import { AwsError } from '../aws/service.ts';
import type { Store } from '../store.ts';
import { type ScheduleRequest, timeIn } from './schedule-request.ts';

/** The schedules that there are; they survive a restart. */
export interface Schedules {
  /** ConflictException where there is one of this name, but for a repeat with the same token. */
  create(name: string, request: ScheduleRequest): void;
  update(name: string, request: ScheduleRequest): void;
  find(name: string, group: string): ScheduleRequest;
  remove(name: string, group: string): void;
  /** Those whose time has come. */
  due(nowMs: number): DueSchedule[];
  nextAt(): number | undefined;
}

export interface DueSchedule {
  name: string;
  request: ScheduleRequest;
}

export function openSchedules(store: Store): Schedules {
  const insert = store.prepare('INSERT INTO schedules (group_name, name, at, request) VALUES (?, ?, ?, ?)');
  const replace = store.prepare('UPDATE schedules SET at = ?, request = ? WHERE group_name = ? AND name = ?');
  const find = store.prepare('SELECT request FROM schedules WHERE group_name = ? AND name = ?');
  const remove = store.prepare('DELETE FROM schedules WHERE group_name = ? AND name = ?');
  const due = store.prepare('SELECT name, request FROM schedules WHERE at <= ? ORDER BY at');
  const next = store.prepare('SELECT min(at) AS at FROM schedules');

  function lookUp(name: string, group: string): ScheduleRequest | undefined {
    const row = find.get(group, name);
    return row && JSON.parse(String(row.request));
  }

  return {
    create(name, request) {
      const existing = lookUp(name, request.GroupName);
      if (existing) {
        if (request.ClientToken !== undefined && existing.ClientToken === request.ClientToken) return;
        throw new AwsError(409, 'ConflictException', `Schedule ${name} already exists.`);
      }
      insert.run(request.GroupName, name, timeIn(request.ScheduleExpression), JSON.stringify(request));
    },
    update(name, request) {
      const at = timeIn(request.ScheduleExpression);
      const { changes } = replace.run(at, JSON.stringify(request), request.GroupName, name);
      if (changes === 0) throw missing(name);
    },
    find(name, group) {
      const found = lookUp(name, group);
      if (found) return found;
      throw missing(name);
    },
    remove(name, group) {
      if (remove.run(group, name).changes === 0) throw missing(name);
    },
    due: (nowMs) =>
      due.all(nowMs).map(({ name, request }) => ({ name: String(name), request: JSON.parse(String(request)) })),
    nextAt: () => (next.get() as { at: number | null }).at ?? undefined,
  };
}

function missing(name: string): AwsError {
  return new AwsError(404, 'ResourceNotFoundException', `Schedule ${name} does not exist.`);
}
