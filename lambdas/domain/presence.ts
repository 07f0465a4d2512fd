import type { Presence } from '../../contract/user.ts';
import { type Connection, isLive } from './connection.ts';

/** What a user's presence is derived from. */
export interface Attendance {
  /** Those that are over too: one that ended without a word tells until when its user was there. */
  connections: Pick<Connection, 'openedAtMs' | 'expiresAtMs' | 'isAway'>[];
  /** When the last one ended that said so. */
  lastSeenAtMs?: number;
  /** Nobody looked at that one, or a wish to be away came since: others may have been told so. */
  leftAway?: true;
}

export type PresenceStatus = Presence['status'];

/** A write to a user's connections that others may have to hear of. */
export interface PresenceChange {
  userId: string;
  /** Absent where there is nothing to tell. */
  status?: PresenceStatus;
  atMs: number;
  /** A connection ended, and may come back: told after the grace. */
  isAbsence?: true;
  /** Until when the user was seen, where the record of that went with the item and is to be put back. */
  lostLastSeenAtMs?: number;
}

/** Derived, never stored. */
export function presenceOf(attendance: Attendance, nowMs: number): Presence {
  const live = attendance.connections.filter((connection) => isLive(connection, nowMs));
  if (live.length > 0) return { status: live.every(({ isAway }) => isAway) ? 'away' : 'online' };
  const seenAtMs = lastSeenMs(attendance);
  return { status: 'offline', ...(seenAtMs !== undefined && { lastSeenAt: new Date(seenAtMs).toISOString() }) };
}

function lastSeenMs({ connections, lastSeenAtMs = 0 }: Attendance): number | undefined {
  const seenAtMs = Math.max(lastSeenAtMs, ...connections.map(({ expiresAtMs }) => expiresAtMs));
  return seenAtMs > 0 ? seenAtMs : undefined;
}

/** How long a user is remembered who has no connection. */
export const rememberedMs = 90 * 24 * 3_600_000;

/**
 * The word of an absence waits for the grace. Who is back this long before its end was never gone for others; who is not back by the
 * second bound is. What is between them is for writes that are under way.
 */
const returnMarginMs = 2_000;
const absenceMarginMs = 1_000;

/**
 * What others are to think: until the grace is over, the connection that ended last counts as if it had not. Each change of this has a
 * word that comes after it, and what is told is what this is by then: so the last that is told is right.
 */
function apparentStatus(
  attendance: Attendance,
  { nowMs, graceMs }: { nowMs: number; graceMs: number },
): PresenceStatus {
  const { status } = presenceOf(attendance, nowMs);
  const isGone = nowMs - (attendance.lastSeenAtMs ?? 0) >= graceMs - absenceMarginMs;
  if (status === 'online' || isGone) return status;
  return attendance.leftAway ? 'away' : 'online';
}

interface Occasion {
  userId: string;
  atMs: number;
  graceMs: number;
}

/**
 * What the write changed; `after` is absent where the whole item went. Compared both with what the user was at that time and with what
 * the user would have been had no connection run out of its time, which nobody is told of: to tell twice does no harm.
 */
export function presenceChange(
  before: Attendance,
  after: Attendance | undefined,
  { userId, atMs, graceMs }: Occasion,
): PresenceChange | undefined {
  const { status } = presenceOf(after ?? { connections: [] }, atMs);
  const was = presenceOf(before, atMs).status;
  const isNews = was !== status || presenceOf(before, 0).status !== status;
  const isAbsence = status === 'offline' || hasLess(before, after);
  const lostLastSeenAtMs = after ? undefined : rememberedIn(before, atMs);
  const news = { ...(isNews && { status, ...(isAbsence && { isAbsence }) }) };
  if (lostLastSeenAtMs !== undefined) return { userId, ...news, atMs, lostLastSeenAtMs };
  const hasReturned = status === 'online' && isWithinGrace(before, after, graceMs);
  return isNews && !hasReturned ? { userId, ...news, atMs } : undefined;
}

const hasLess = (before: Attendance, after: Attendance | undefined): boolean =>
  (after?.connections.length ?? 0) < before.connections.length;

function rememberedIn(attendance: Attendance, atMs: number): number | undefined {
  const seenAtMs = lastSeenMs(attendance);
  return seenAtMs !== undefined && atMs < seenAtMs + rememberedMs ? seenAtMs : undefined;
}

/**
 * Then others still think that the user is online. By the connection's own time: that of a record is rounded to the second.
 */
function isWithinGrace(before: Attendance, after: Attendance | undefined, graceMs: number): boolean {
  const { lastSeenAtMs, leftAway } = before;
  if (lastSeenAtMs === undefined || leftAway || !after) return false;
  const openedAtMs = Math.max(...after.connections.map((connection) => connection.openedAtMs));
  return openedAtMs >= lastSeenAtMs && openedAtMs - lastSeenAtMs < graceMs - returnMarginMs;
}

/**
 * What to tell of a change once it is time to, if anything: where the user is something else by now, a later change has its own word.
 */
export function presenceToTell(
  status: PresenceStatus,
  attendance: Attendance,
  times: { nowMs: number; graceMs: number },
): Presence | undefined {
  if (apparentStatus(attendance, times) !== status) return undefined;
  return status === 'offline' ? presenceOf(attendance, times.nowMs) : { status };
}
