import type { QuietHours } from '../../contract/notification.ts';

const minuteMs = 60_000;
const dayMinutes = 24 * 60;

/** When the quiet hours that a time lies in are over, in milliseconds since 1970; nothing outside of them. */
export function quietUntil({ start, end, timeZone }: QuietHours, nowMs: number): number | undefined {
  const zone = wallClock(timeZone);
  const [from, to] = [minuteOf(start), minuteOf(end)];
  const minutesLeft = (ms: number): number => {
    const minute = zone.minuteOfDay(ms);
    return modulo(minute - from) < modulo(to - from) ? modulo(to - minute) : 0;
  };
  let at = Math.floor(nowMs / minuteMs) * minuteMs;
  let left = minutesLeft(at);
  if (left === 0) return undefined;
  while (left > 0) {
    // Clocks that are changed before the end may jump over it, or have it later: from the change on, the question is a new one.
    at = zone.changeBetween(at, at + left * minuteMs) ?? at + left * minuteMs;
    left = minutesLeft(at);
  }
  return at;
}

const minuteOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

const modulo = (minutes: number): number => ((minutes % dayMinutes) + dayMinutes) % dayMinutes;

/** The clocks on the walls of a time zone. */
function wallClock(timeZone: string) {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' },
  });
  /** By how much they are ahead of UTC. */
  const offsetMs = (ms: number): number => {
    const parts = format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]);
    const { year, month, day, hour, minute } = Object.fromEntries(parts);
    return Date.UTC(year, month - 1, day, hour, minute) - Math.floor(ms / minuteMs) * minuteMs;
  };
  return {
    minuteOfDay: (ms: number): number => modulo(Math.floor((ms + offsetMs(ms)) / minuteMs)),

    /** The minute from which they show another offset, where they do by the second time; less than a day apart, that is once at most. */
    changeBetween(fromMs: number, toMs: number): number | undefined {
      const before = offsetMs(fromMs);
      if (offsetMs(toMs) === before) return undefined;
      let [same, changed] = [fromMs / minuteMs, toMs / minuteMs];
      while (changed - same > 1) {
        const middle = Math.floor((same + changed) / 2);
        if (offsetMs(middle * minuteMs) === before) same = middle;
        else changed = middle;
      }
      return changed * minuteMs;
    },
  };
}
