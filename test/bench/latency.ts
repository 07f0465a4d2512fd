import type { TestHost } from '../helpers/host.ts';
import { openPair } from './pair.ts';
import { percentile } from './percentile.ts';
import { atMost, type Figure, plain } from './table.ts';

const messages = 1_000;
const warmUp = 100;
const aimMs = 5;

/** One message after the other between two connections: the time from sending to receiving. */
export async function latency(host: TestHost): Promise<Figure[]> {
  const pair = await openPair(host);
  for (let n = 0; n < warmUp; n += 1) await pair.send();
  const times: number[] = [];
  for (let n = 0; n < messages; n += 1) times.push(await pair.send());
  pair.close();
  return [
    atMost('send to receive, one after the other: p50', percentile(times, 0.5), aimMs, 'ms'),
    plain('send to receive, one after the other: p99', percentile(times, 0.99), 'ms'),
  ];
}
