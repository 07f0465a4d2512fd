import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MeterReport } from '../../local/meter.ts';
import { prices } from './prices.ts';
import { type Sends, sendCount } from './sends.ts';
import type { Figure } from './table.ts';

/** What a million such messages would cost on AWS, by the meter's counts; functions run as long as they did here. */
export function costOfMillion({ transport, conversation, meter }: Sends, memory: MemoryOf): Figure {
  return {
    figure: `a million messages by ${transport} in ${conversation}, two connected`,
    value: millionOf(meter, memory, sendCount),
  };
}

/** What one of so many would cost a million times, and for what. */
export function millionOf(meter: MeterReport, memory: MemoryOf, count: number): string {
  const parts = {
    gateway: gatewayCost(meter),
    table: tableCost(meter),
    lambda: lambdaCost(meter, memory),
    queues: queuesCost(meter),
  };
  const dollars = (sum: number) => `$${(sum / count).toFixed(2)}`;
  const detail = Object.entries(parts).map(([name, sum]) => `${name} ${dollars(sum)}`);
  const total = Object.values(parts).reduce((sum, part) => sum + part, 0);
  return `${dollars(total)} (${detail.join(', ')})`;
}

/** Megabytes of each function, by its name. */
export type MemoryOf = Record<string, number>;

interface Template {
  Resources: Record<string, { Type: string; Properties: { MemorySize?: number } }>;
}

/** As the template that the host runs says. */
export async function functionMemory(dataFolder: string): Promise<MemoryOf> {
  const file = join(dataFolder, 'cdk.out', 'Parley-local.template.json');
  const { Resources }: Template = JSON.parse(await readFile(file, 'utf8'));
  const functions = Object.entries(Resources).filter(([, { Type }]) => Type === 'AWS::Lambda::Function');
  return Object.fromEntries(functions.map(([name, { Properties }]) => [name, Properties.MemorySize ?? 128]));
}

const gatewayCost = ({ apiGateway: { webSocketIn, webSocketOut, httpRequests } }: MeterReport) =>
  (webSocketIn + webSocketOut) * prices.perMillion.webSocketMessages + httpRequests * prices.perMillion.httpRequests;

const tableCost = ({ dynamodb: { readUnits, writeUnits } }: MeterReport) =>
  readUnits * prices.perMillion.readUnits + writeUnits * prices.perMillion.writeUnits;

/** What goes on from the table to elsewhere: queues, pushes, domain events, schedules. */
const queuesCost = ({ sqs, sns, events, scheduler }: MeterReport) =>
  sqs.requests * prices.perMillion.sqsRequests +
  sqs.fifoRequests * prices.perMillion.sqsFifoRequests +
  sns.publishes * prices.perMillion.pushes +
  events.entries * prices.perMillion.events +
  scheduler.invocations * prices.perMillion.scheduledInvocations;

function lambdaCost({ lambda }: MeterReport, memory: MemoryOf): number {
  const costs = Object.entries(lambda).map(([name, { invocations, billedMs }]) => {
    const gigabyteSeconds = (billedMs / 1_000) * ((memory[name] ?? 0) / 1_024);
    return invocations * prices.perMillion.lambdaRequests + gigabyteSeconds * prices.gigabyteSecond * 1_000_000;
  });
  return costs.reduce((sum, cost) => sum + cost, 0);
}
