import {
  type Attendance,
  type PresenceStatus,
  presenceChange,
  presenceOf,
  presenceToTell,
} from '../../lambdas/domain/presence.ts';

/** Something that a user does with one of two devices, `afterMs` after what was before; word of it takes `lagMs`. */
export interface Moment {
  act: 'open' | 'close' | 'away' | 'online';
  device: 0 | 1;
  afterMs: number;
  lagMs: number;
}

interface Word {
  status: PresenceStatus;
  dueMs: number;
}

type Device = Attendance['connections'][number];

/** What the connections item remembers of one user. */
class Life {
  readonly #devices = new Map<number, Device>();
  #seenAtMs: number | undefined;
  #leftAway = false;

  attendance(): Attendance {
    return {
      connections: [...this.#devices.values()],
      ...(this.#seenAtMs !== undefined && { lastSeenAtMs: this.#seenAtMs }),
      ...(this.#leftAway && { leftAway: true }),
    };
  }

  do({ act, device }: Moment, nowMs: number): void {
    const own = this.#devices.get(device);
    if (!own) {
      if (act === 'open') this.#devices.set(device, { openedAtMs: nowMs, expiresAtMs: nowMs + 7_200_000 });
      return;
    }
    if (act === 'close') {
      this.#devices.delete(device);
      this.#seenAtMs = nowMs;
      this.#leftAway = own.isAway === true;
    } else if (act !== 'open') this.#look(device, own, act);
  }

  #look(device: number, { isAway, ...own }: Device, act: 'away' | 'online'): void {
    this.#devices.set(device, act === 'away' ? { ...own, isAway: true } : own);
    this.#leftAway ||= act === 'away';
  }
}

/** One life, and what others were told of it until all was quiet. */
export function lived(moments: Moment[], { start, graceMs }: { start: number; graceMs: number }) {
  const life = new Life();
  const told: PresenceStatus[] = [];
  let words: Word[] = [];
  let nowMs = start;

  const waitUntil = (untilMs: number) => {
    const due = words.filter(({ dueMs }) => dueMs <= untilMs).toSorted((one, other) => one.dueMs - other.dueMs);
    words = words.filter((word) => !due.includes(word));
    for (const { status, dueMs } of due) {
      const news = presenceToTell(status, life.attendance(), { nowMs: dueMs, graceMs });
      if (news) told.push(news.status);
    }
    nowMs = untilMs;
  };

  for (const moment of moments) {
    waitUntil(nowMs + moment.afterMs);
    const before = life.attendance();
    life.do(moment, nowMs);
    // A record's time is rounded to the second.
    const atMs = Math.floor(nowMs / 1_000) * 1_000;
    const change = presenceChange(before, life.attendance(), { userId: 'ann', atMs, graceMs });
    if (!change?.status) continue;
    words.push({ status: change.status, dueMs: nowMs + moment.lagMs + (change.isAbsence ? graceMs : 0) });
  }
  waitUntil(nowMs + 60_000);
  return { told, current: presenceOf(life.attendance(), nowMs).status };
}
