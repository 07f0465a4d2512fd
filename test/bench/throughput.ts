import type { TestHost } from '../helpers/host.ts';
import { openPair, type Pair } from './pair.ts';
import { percentile } from './percentile.ts';
import { atLeast, type Figure, plain } from './table.ts';

const pairCount = 25;
const warmUpMs = 1_500;
const measuredMs = 6_000;
const aimPerSecond = 300;

/**
 * 50 connections in pairs, each with so many messages under way at any time. They stay open: what their `$disconnect`s write would be
 * billed to whatever is measured next.
 */
export async function throughput(host: TestHost): Promise<Figure[]> {
  const pairs = await Promise.all(Array.from({ length: pairCount }, () => openPair(host)));
  const figures: Figure[] = [];
  for (const window of [1, 10]) {
    await load(pairs, window, warmUpMs);
    figures.push(...figuresOf(window, await load(pairs, window, measuredMs)));
  }
  return figures;
}

interface Load {
  times: number[];
  seconds: number;
}

async function load(pairs: Pair[], window: number, ms: number): Promise<Load> {
  const startedAt = performance.now();
  const times: number[] = [];
  const keepSending = async ({ send }: Pair) => {
    while (performance.now() - startedAt < ms) times.push(await send());
  };
  await Promise.all(pairs.flatMap((pair) => Array.from({ length: window }, () => keepSending(pair))));
  return { times, seconds: (performance.now() - startedAt) / 1_000 };
}

function figuresOf(window: number, { times, seconds }: Load): Figure[] {
  const what = `50 connections, ${window} under way for each pair`;
  return [
    atLeast(`${what}: delivered`, times.length / seconds, aimPerSecond, 'msg/s'),
    plain(`${what}: p50`, percentile(times, 0.5), 'ms'),
    plain(`${what}: p99`, percentile(times, 0.99), 'ms'),
  ];
}
