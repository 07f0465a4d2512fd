import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startHost, type TestHost } from '../helpers/host.ts';
import { atMost, type Figure } from './table.ts';

const aimSeconds = { first: 15, again: 8 };

/** From the start of the process to ready: with an empty folder and nothing synthesised, and again. Leaves the second running. */
export async function startTimes(dataFolder: string): Promise<{ figures: Figure[]; host: TestHost }> {
  // With this folder there, the test helper does not lend an app that was synthesised before.
  await mkdir(join(dataFolder, 'cdk.out'));
  const first = await startHost({ dataFolder });
  await first.stop();
  const host = await startHost({ dataFolder });
  return {
    host,
    figures: [
      atMost('start to ready, the first time', secondsOf(first), aimSeconds.first, 's'),
      atMost('start to ready, nothing changed', secondsOf(host), aimSeconds.again, 's'),
    ],
  };
}

/** The host's own word, since its process began. */
function secondsOf(host: TestHost): number {
  const seconds = /ready after ([\d.]+) s/.exec(host.output())?.[1];
  if (seconds === undefined) throw new Error('the host does not say how long it took to start');
  return Number(seconds);
}
