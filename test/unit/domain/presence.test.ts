import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Attendance,
  type PresenceStatus,
  presenceChange,
  presenceOf,
  rememberedMs,
} from '../../../lambdas/domain/presence.ts';
import { lived, type Moment } from '../../helpers/presence-life.ts';

const start = Date.UTC(2026, 0, 1);
const graceMs = 10_000;
const inMs = (ms: number) => start + ms;
const iso = (ms: number) => new Date(inMs(ms)).toISOString();

/** Times from the start. */
const connection = (openedMs: number, expiresMs: number, isAway?: true) => ({
  openedAtMs: inMs(openedMs),
  expiresAtMs: inMs(expiresMs),
  ...(isAway && { isAway }),
});

describe('a user is', () => {
  const live = connection(0, 60_000);
  const away = connection(0, 60_000, true);
  const over = connection(-9_000, -1_000);

  it.each<[string, Attendance, object]>([
    ['online with one connection', { connections: [live] }, { status: 'online' }],
    ['online while one of several is looked at', { connections: [away, live, over] }, { status: 'online' }],
    ['away when nobody looks at any', { connections: [away, away] }, { status: 'away' }],
    ['away though one that was looked at is over', { connections: [away, over] }, { status: 'away' }],
    ['offline once all are over', { connections: [over] }, { status: 'offline', lastSeenAt: iso(-1_000) }],
    [
      'offline since the last that said so',
      { connections: [], lastSeenAtMs: inMs(-5) },
      { status: 'offline', lastSeenAt: iso(-5) },
    ],
    [
      'last seen at the later of the two',
      { connections: [over], lastSeenAtMs: inMs(-2_000) },
      { status: 'offline', lastSeenAt: iso(-1_000) },
    ],
    ['offline, and never seen, who never came', { connections: [] }, { status: 'offline' }],
  ])('%s', (_, attendance, presence) => {
    expect(presenceOf(attendance, inMs(0))).toEqual(presence);
  });

  it('no longer there at the very end of the connection', () => {
    expect(presenceOf({ connections: [connection(0, 1_000)] }, inMs(1_000)).status).toBe('offline');
  });
});

describe('what a write changes', () => {
  const c1 = connection(0, 7_200_000);
  const c2 = connection(1_000, 7_200_000);
  const awayC1 = connection(0, 7_200_000, true);
  const over = connection(-9_000, -1_000);
  const changed = (before: Attendance, after: Attendance | undefined, atMs = 2_000) =>
    presenceChange(before, after, { userId: 'ann', atMs: inMs(atMs), graceMs });

  it.each<[string, Attendance, Attendance, PresenceStatus]>([
    ['the first connection', { connections: [] }, { connections: [c1] }, 'online'],
    ['nobody looks any more', { connections: [c1] }, { connections: [awayC1] }, 'away'],
    ['somebody looks again', { connections: [awayC1] }, { connections: [c1] }, 'online'],
    ['a second device, looked at', { connections: [awayC1] }, { connections: [awayC1, c2] }, 'online'],
    // Nobody was told when the first ran out; or they were, by another write: nothing on the item says which.
    ['a connection after one that ran out', { connections: [over] }, { connections: [over, c1] }, 'online'],
  ])('%s: at once', (_, before, after, status) => {
    expect(changed(before, after)).toEqual({ userId: 'ann', status, atMs: inMs(2_000) });
  });

  it.each<[string, Attendance, Attendance, PresenceStatus]>([
    ['the last one closed', { connections: [c1] }, { connections: [], lastSeenAtMs: start }, 'offline'],
    ['the last that was looked at', { connections: [c2, awayC1] }, { connections: [awayC1] }, 'away'],
    ['one closed beside one that ran out', { connections: [c1, over] }, { connections: [over] }, 'offline'],
    ['one that ran out is forgotten', { connections: [over] }, { connections: [] }, 'offline'],
  ])('%s: after the grace', (_, before, after, status) => {
    expect(changed(before, after)).toEqual({ userId: 'ann', status, atMs: inMs(2_000), isAbsence: true });
  });

  it.each<[string, Attendance, Attendance]>([
    ['a second device', { connections: [c1] }, { connections: [c1, c2] }],
    ['one of two closed', { connections: [c1, c2] }, { connections: [c2], lastSeenAtMs: start }],
    ['the same status again', { connections: [awayC1] }, { connections: [awayC1] }],
    ['a return within the grace', { connections: [], lastSeenAtMs: inMs(-6_000) }, { connections: [c2] }],
    [
      'a return within the grace beside one that nobody looks at',
      { connections: [awayC1], lastSeenAtMs: inMs(-1_000) },
      { connections: [awayC1, c2] },
    ],
  ])('%s: nothing', (_, before, after) => {
    expect(changed(before, after)).toBeUndefined();
  });

  it('a return that the word of the absence may have overtaken is told', () => {
    expect(changed({ connections: [], lastSeenAtMs: inMs(-7_000) }, { connections: [c2] })?.status).toBe('online');
  });

  it('a return of somebody who was away is told: others may think that they still are', () => {
    const before: Attendance = { connections: [], lastSeenAtMs: inMs(-1_000), leftAway: true };
    expect(changed(before, { connections: [c2] })?.status).toBe('online');
  });

  it('an absence soon after a return, and a wish soon after it, are changes like any other', () => {
    const back = { connections: [c2], lastSeenAtMs: start };
    expect(changed(back, { connections: [], lastSeenAtMs: inMs(1_500) })?.status).toBe('offline');
    expect(changed(back, { connections: [{ ...c2, isAway: true }], lastSeenAtMs: start })?.status).toBe('away');
  });

  it('where the whole item went, when the user was seen is not lost', () => {
    const later = 7_200_000;
    expect(changed({ connections: [c1], lastSeenAtMs: start }, undefined, later)).toEqual({
      userId: 'ann',
      status: 'offline',
      isAbsence: true,
      atMs: inMs(later),
      lostLastSeenAtMs: c1.expiresAtMs,
    });
    expect(changed({ connections: [], lastSeenAtMs: start }, undefined, later)).toEqual({
      userId: 'ann',
      atMs: inMs(later),
      lostLastSeenAtMs: start,
    });
    expect(changed({ connections: [], lastSeenAtMs: start }, undefined, rememberedMs)).toBeUndefined();
  });
});

/**
 * Random lives of one user with two devices: opens, closes, wishes, and words that come in any order from when they may. Whatever
 * happened, once all is quiet others have been told what the user is.
 */
describe('what others are told', () => {
  /** Nothing, for long enough that all that was under way has come. */
  const quiet: Moment = { act: 'open', device: 0, afterMs: 60_000, lagMs: 0 };
  const moment: fc.Arbitrary<Moment> = fc.record({
    act: fc.constantFrom('open', 'close', 'away', 'online'),
    device: fc.constantFrom(0, 1),
    afterMs: fc.integer({ min: 0, max: 14_000 }),
    lagMs: fc.integer({ min: 0, max: 3_000 }),
  });

  it('is in the end what the user is, in whatever order it came', () => {
    fc.assert(
      fc.property(fc.array(moment, { maxLength: 30 }), (moments) => {
        const { told, current } = lived(moments, { start, graceMs });
        expect(told.at(-1) ?? 'offline').toBe(current);
      }),
      { numRuns: 5_000 },
    );
  });

  const flap = fc.record({
    absenceMs: fc.integer({ min: 0, max: 7_999 }),
    presenceMs: fc.integer({ min: 0, max: 14_000 }),
    lagMs: fc.integer({ min: 0, max: 3_000 }),
  });

  it('is nothing of whoever keeps coming back within the grace, whatever the other device is and was before', () => {
    const settled = [...['open', 'online'].map((act) => ({ act, device: 0, afterMs: 0, lagMs: 0 }) as Moment), quiet];
    fc.assert(
      fc.property(fc.array(moment, { maxLength: 20 }), fc.array(flap, { maxLength: 10 }), (moments, flaps) => {
        const before = [...moments, ...settled];
        const blinks = flaps.flatMap(({ absenceMs, presenceMs, lagMs }): Moment[] => [
          { act: 'close', device: 0, afterMs: presenceMs, lagMs },
          { act: 'open', device: 0, afterMs: absenceMs, lagMs },
        ]);
        const heard = lived([...before, ...blinks], { start, graceMs }).told;
        expect(heard).toEqual(lived(before, { start, graceMs }).told);
      }),
      { numRuns: 5_000 },
    );
  });

  const visit = fc.record({
    absenceMs: fc.oneof(fc.integer({ min: 0, max: 7_999 }), fc.integer({ min: 10_000, max: 20_000 })),
    wishes: fc.array(
      fc.record({ act: fc.constantFrom('away', 'online'), afterMs: fc.integer({ min: 0, max: 9_000 }) }),
    ),
    restMs: fc.integer({ min: 0, max: 14_000 }),
  });

  it('is nothing twice of who has one device, whatever they wish, where words come in order', () => {
    const own = { device: 0, lagMs: 0 } as const;
    fc.assert(
      fc.property(fc.array(visit, { maxLength: 10 }), (visits) => {
        const moments = visits.flatMap(({ absenceMs, wishes, restMs }): Moment[] => [
          { act: 'open', afterMs: absenceMs, ...own },
          ...wishes.map(({ act, afterMs }): Moment => ({ act, afterMs, ...own })),
          { act: 'close', afterMs: restMs, ...own },
        ]);
        const { told } = lived(moments, { start, graceMs });
        // Of two absences within a second of each other each has its word.
        const twice = told.filter((status, n) => status !== 'offline' && status === told[n - 1]);
        expect(twice).toEqual([]);
      }),
      { numRuns: 5_000 },
    );
  });

  const at = (act: Moment['act'], afterMs: number): Moment => ({ act, device: 0, afterMs, lagMs: 100 });

  it.each([
    { what: 'nothing of quick reconnects', absenceMs: 5_000, told: ['online'] },
    {
      what: 'a word for each absence and each return',
      absenceMs: 30_000,
      told: 'online offline online offline online'.split(' '),
    },
  ])('is $what', ({ absenceMs, told }) => {
    const absence = [at('close', 60_000), at('open', absenceMs)];
    expect(lived([at('open', 0), ...absence, ...absence], { start, graceMs }).told).toEqual(told);
  });
});
