import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { quietUntil } from '../../../lambdas/domain/quiet-hours.ts';

const at = (iso: string) => Date.parse(iso);
const untilIn = (timeZone: string, start: string, end: string, now: string) => {
  const until = quietUntil({ start, end, timeZone }, at(now));
  return until === undefined ? 'not quiet' : new Date(until).toISOString().slice(0, 16);
};

describe('quiet hours', () => {
  test.each([
    ['within a day', 'UTC', '13:00', '15:00', '2026-05-01T14:59:59.999Z', '2026-05-01T15:00'],
    ['begin with their first minute', 'UTC', '13:00', '15:00', '2026-05-01T13:00:00Z', '2026-05-01T15:00'],
    ['are over with their last', 'UTC', '13:00', '15:00', '2026-05-01T15:00:00Z', 'not quiet'],
    ['have not begun a millisecond before', 'UTC', '13:00', '15:00', '2026-05-01T12:59:59.999Z', 'not quiet'],
    ['go over midnight', 'UTC', '22:00', '07:00', '2026-05-01T23:30:00Z', '2026-05-02T07:00'],
    ['and on after it', 'UTC', '22:00', '07:00', '2026-05-02T06:59:00Z', '2026-05-02T07:00'],
    ['and are over by day', 'UTC', '22:00', '07:00', '2026-05-02T12:00:00Z', 'not quiet'],
    [
      'are by the clocks of their zone',
      'America/New_York',
      '22:00',
      '07:00',
      '2026-05-02T02:00:00Z',
      '2026-05-02T11:00',
    ],
    ['in a zone with a half hour', 'Asia/Kolkata', '22:00', '07:00', '2026-05-01T16:30:00Z', '2026-05-02T01:30'],
    ['in a zone with a quarter', 'Asia/Kathmandu', '22:00', '07:00', '2026-05-01T16:15:00Z', '2026-05-02T01:15'],
    [
      'are an hour shorter when clocks go forward',
      'Europe/Berlin',
      '22:00',
      '07:00',
      '2026-03-28T21:00:00Z',
      '2026-03-29T05:00',
    ],
    [
      'are an hour longer when clocks go back',
      'Europe/Berlin',
      '22:00',
      '07:00',
      '2026-10-24T20:00:00Z',
      '2026-10-25T06:00',
    ],
    [
      'end when clocks jump over their end',
      'Europe/Berlin',
      '22:00',
      '02:30',
      '2026-03-28T23:00:00Z',
      '2026-03-29T01:00',
    ],
    [
      'never begin when clocks jump over all of them',
      'Europe/Berlin',
      '02:10',
      '02:50',
      '2026-03-29T01:00:00Z',
      'not quiet',
    ],
    ['end at the first of two ends', 'Europe/Berlin', '22:00', '02:30', '2026-10-24T23:00:00Z', '2026-10-25T00:30'],
    ['and come again with the hour', 'Europe/Berlin', '22:00', '02:30', '2026-10-25T01:10:00Z', '2026-10-25T01:30'],
    [
      'where clocks change by half an hour',
      'Australia/Lord_Howe',
      '22:00',
      '07:00',
      '2026-04-04T13:00:00Z',
      '2026-04-04T20:30',
    ],
    ['of all but a minute', 'UTC', '00:01', '00:00', '2026-05-01T00:01:00Z', '2026-05-02T00:00'],
  ])('%s (%s, %s to %s)', (_, timeZone, start, end, now, expected) => {
    expect(untilIn(timeZone, start, end, now)).toBe(expected);
  });

  test('are what a look at the clock every minute says, in any zone and around any change of clocks', () => {
    const zones = [
      'Europe/Berlin',
      'America/St_Johns',
      'Australia/Lord_Howe',
      'Asia/Kathmandu',
      'Africa/Casablanca',
      'America/Santiago',
      'Antarctica/Troll',
    ];
    const time = fc.integer({ min: 0, max: 1439 });
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        time,
        time,
        fc.constantFrom(...changesOf(zones)),
        fc.integer({ min: -1500, max: 1500 }),
        (timeZone, from, to, changeMs, minutes) => {
          fc.pre(from !== to);
          const nowMs = changeMs + minutes * 60_000 + 12_345;
          expect(quietUntil({ start: clockOf(from), end: clockOf(to), timeZone }, nowMs)).toBe(
            scanned(timeZone, from, to, nowMs),
          );
        },
      ),
      { numRuns: 200 },
    );
  });
});

const clockOf = (minute: number) =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

function minuteIn(timeZone: string) {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  return (ms: number) => {
    const [hour, minute] = format.format(ms).split(':').map(Number);
    return (hour ?? 0) * 60 + (minute ?? 0);
  };
}

/** Minute by minute, as somebody would who has nothing but a clock on the wall. */
function scanned(timeZone: string, from: number, to: number, nowMs: number): number | undefined {
  const minuteAt = minuteIn(timeZone);
  const isQuiet = (ms: number) => {
    const minute = minuteAt(ms);
    return from < to ? minute >= from && minute < to : minute >= from || minute < to;
  };
  let at = Math.floor(nowMs / 60_000) * 60_000;
  if (!isQuiet(at)) return undefined;
  while (isQuiet(at)) at += 60_000;
  return at;
}

/** When clocks were changed in 2026, to the hour. */
function changesOf(zones: string[]): number[] {
  const hourMs = 3_600_000;
  const hours = Array.from({ length: 365 * 24 }, (_, hour) => Date.UTC(2026, 0, 1) + hour * hourMs);
  return zones.flatMap((timeZone) => {
    const minuteAt = minuteIn(timeZone);
    return hours.filter((ms) => (minuteAt(ms) - minuteAt(ms - hourMs) + 1440) % 1440 !== 60);
  });
}
