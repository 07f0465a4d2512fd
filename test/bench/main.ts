import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestHost } from '../helpers/host.ts';
import { costOfMillion, functionMemory } from './aws-cost.ts';
import { bundleSizes } from './bundle-sizes.ts';
import { fanOutTimes } from './fan-out.ts';
import { floor } from './floor.ts';
import { latency } from './latency.ts';
import { idleMemory, loadedMemory } from './memory.ts';
import { pageUnits } from './page-units.ts';
import { openPair } from './pair.ts';
import { presenceUnits } from './presence-units.ts';
import { pushCosts } from './push-costs.ts';
import { searchUnits } from './search-units.ts';
import { sendUnits } from './send-units.ts';
import { meteredSends } from './sends.ts';
import { startTimes } from './start-times.ts';
import { type Figure, tableOf } from './table.ts';
import { throughput } from './throughput.ts';

const dataFolder = await mkdtemp(join(tmpdir(), 'parley-bench-'));
try {
  const { host, figures } = await startTimes(dataFolder);
  try {
    console.log(tableOf([...figures, ...(await floor(join(dataFolder, 'floor'))), ...(await runningFigures(host))]));
  } finally {
    // What is still in its queues is of no interest, and there is no waiting for it.
    await host.kill();
  }
} finally {
  await rm(dataFolder, { recursive: true, force: true });
}

/** In this order: a group's many notifications would disturb what comes after. */
async function runningFigures(host: TestHost): Promise<Figure[]> {
  (await openPair(host)).close();
  const idle = idleMemory();
  const times = await latency(host);
  const rates = await throughput(host);
  const loaded = loadedMemory();
  const spreads = await fanOutTimes(host);
  const sends = await meteredSends(host);
  const functions = await functionMemory(dataFolder);
  const costs = sends.map((each) => costOfMillion(each, functions));
  const pages = await pageUnits();
  const presence = await presenceUnits();
  const searches = await searchUnits();
  const pushes = await pushCosts(host, functions);
  return [
    ...idle,
    ...times,
    ...rates,
    ...loaded,
    ...spreads,
    ...sends.flatMap(sendUnits),
    ...pages,
    ...presence,
    ...searches,
    ...costs,
    ...pushes,
    ...bundleSizes(),
  ];
}
