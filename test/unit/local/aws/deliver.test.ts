import { describe, expect, test } from 'vitest';
import type { Failures } from '../../../../local/event-sources/batch-response.ts';
import { type Deliverable, deliver } from '../../../../local/event-sources/deliver.ts';

const POISON = 'p';
const items = (ids: string): Deliverable[] => [...ids].map((id) => ({ id, createdAt: 0 }));
const idsOf = (batch: Deliverable[]) => batch.map(({ id }) => id).join('');

interface Setting {
  bisects?: boolean;
  maxRetries?: number;
  maxAgeMs?: number;
  stopAfter?: number;
}

/** Delivers a batch of one-letter records to a function, and tells all that happened in order. */
async function story(ids: string, fails: (ids: string, call: number) => Failures, setting: Setting = {}) {
  const events: string[] = [];
  const stopping = new AbortController();
  let calls = 0;
  await deliver(items(ids), {
    bisects: setting.bisects ?? false,
    maxRetries: setting.maxRetries ?? 2,
    maxAgeMs: setting.maxAgeMs ?? Number.POSITIVE_INFINITY,
    now: () => 10,
    invoke: async (batch) => {
      calls += 1;
      events.push(`invoke ${idsOf(batch)}`);
      if (calls === setting.stopAfter) stopping.abort();
      return fails(idsOf(batch), calls);
    },
    settled: (batch) => void events.push(`settle ${idsOf(batch)}`),
    giveUp: (batch, why, attempts) => void events.push(`give up ${idsOf(batch)} ${why} ${attempts}`),
    pause: async (retry) => void events.push(`pause ${retry}`),
    stopping: stopping.signal,
  });
  return events;
}

const throwsOn =
  (poison: string) =>
  (ids: string): Failures =>
    ids.includes(poison) ? 'all' : 'none';
const reports =
  (poison: string) =>
  (ids: string): Failures =>
    ids.includes(poison) ? new Set([poison]) : 'none';

describe('a stream batch', () => {
  test('that succeeds is settled', async () => {
    expect(await story('abc', () => 'none')).toEqual(['invoke abc', 'settle abc']);
  });

  test('that fails once is retried as a whole', async () => {
    expect(await story('ab', (_, call) => (call === 1 ? 'all' : 'none'))).toEqual([
      'invoke ab',
      'pause 1',
      'invoke ab',
      'settle ab',
    ]);
  });

  test('that fails always is given up after its retries', async () => {
    expect(await story('ab', () => 'all')).toEqual([
      'invoke ab',
      'pause 1',
      'invoke ab',
      'pause 2',
      'invoke ab',
      'give up ab RetryAttemptsExhausted 3',
    ]);
  });

  test('is settled below the lowest failure and repeated from it, though what follows had succeeded', async () => {
    const once = (_: string, call: number): Failures => (call === 1 ? new Set(['d', 'b']) : 'none');
    expect(await story('abcd', once)).toEqual(['invoke abcd', 'settle a', 'pause 1', 'invoke bcd', 'settle bcd']);
  });

  test('is split at the failure that was reported, at the cost of no retry', async () => {
    expect(await story('abpc', reports(POISON), { bisects: true, maxRetries: 0 })).toEqual([
      'invoke abpc',
      'settle ab',
      'invoke pc',
      'invoke p',
      'give up p RetryAttemptsExhausted 1',
      'invoke c',
      'settle c',
    ]);
  });

  test('that throws is halved until the poison is alone, at the cost of no retry', async () => {
    expect(await story('abpc', throwsOn(POISON), { bisects: true, maxRetries: 1 })).toEqual([
      'invoke abpc',
      'invoke ab',
      'settle ab',
      'invoke pc',
      'invoke p',
      'pause 1',
      'invoke p',
      'give up p RetryAttemptsExhausted 2',
      'invoke c',
      'settle c',
    ]);
  });

  test('is not even tried when it is too old', async () => {
    expect(await story('ab', () => 'none', { maxAgeMs: 5 })).toEqual(['give up ab EventAgeExceeded 0']);
  });

  test('is left unsettled when the host stops, for the next start', async () => {
    expect(await story('abpc', throwsOn(POISON), { bisects: true, stopAfter: 1 })).toEqual(['invoke abpc']);
  });
});
