import { expect, test } from 'vitest';
import { createClock } from '../../../../local/clock.ts';

const HOUR = 3_600_000;

test('a sleeper wakes when the time is moved past it', async () => {
  const clock = createClock();
  const woken: string[] = [];
  const sleepers = [
    clock.sleep(HOUR).then(() => woken.push('hour')),
    clock.sleep(2 * HOUR).then(() => woken.push('two')),
  ];
  clock.advance(HOUR);
  await sleepers[0];
  expect(woken).toEqual(['hour']);
  clock.advance(HOUR);
  await sleepers[1];
  expect(woken).toEqual(['hour', 'two']);
});

test('the time moves by as much as was asked for', () => {
  const clock = createClock();
  const before = clock.now();
  clock.advance(2 * HOUR);
  expect(clock.now() - before).toBeGreaterThanOrEqual(2 * HOUR);
});

test.each([
  ['already', (alarm: AbortController) => alarm.abort()],
  ['later', (alarm: AbortController) => queueMicrotask(() => alarm.abort())],
])('a sleeper is woken by a signal that is aborted %s', async (_, ring) => {
  const alarm = new AbortController();
  ring(alarm);
  await expect(createClock().sleep(HOUR, alarm.signal)).resolves.toBeUndefined();
});
