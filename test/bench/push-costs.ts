import type { MeterReport } from '../../local/meter.ts';
import { advanceClock, eventually, meterOf, publishedBy, resetMeter } from '../helpers/client-local.ts';
import type { TestHost } from '../helpers/host.ts';
import * as given from '../helpers/steps-given.ts';
import * as when from '../helpers/steps-when.ts';
import { type MemoryOf, millionOf } from './aws-cost.ts';
import type { Figure } from './table.ts';

const messages = 5;

/** Longer than a notification waits for its reader. */
const delaySeconds = 3;

/** What the last step from a message to a phone adds to a send: for one who is absent, and for each of many. */
export async function pushCosts(host: TestHost, functions: MemoryOf): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const absent of [1, 98]) {
    const meter = await meteredPushes(host, absent);
    const pushes = meter.sns.publishes;
    const { readUnits = 0, writeUnits = 0 } = meter.dynamodb.byFunction.Notify ?? {};
    const units = (value: number) => Number((value / pushes).toFixed(2));
    const to = absent === 1 ? 'one absent member' : `each of ${absent} absent members`;
    figures.push(
      { figure: `a push to ${to}: table`, value: `${units(writeUnits)} write, ${units(readUnits)} read units` },
      { figure: `a million pushes to ${to}`, value: millionOf(ofNotifications(meter), functions, pushes) },
    );
  }
  return figures;
}

async function meteredPushes(host: TestHost, absent: number): Promise<MeterReport> {
  const sender = await given.absentUser(host, 'sender');
  const members = await Promise.all(Array.from({ length: absent }, () => given.absentUser(host, 'absent')));
  for (const member of members) await given.device(member, 'phone', 'fcm', member.userId);
  const conversation = await given.group(sender, members);
  await resetMeter(host);
  for (let n = 0; n < messages; n += 1) await pushed(host, sender, conversation, absent);
  return meterOf(host);
}

/** One after the other, so that no two are one push. */
async function pushed(host: TestHost, sender: given.AbsentUser, conversation: string, count: number): Promise<void> {
  const { id } = await when.sendsByHttp(sender, conversation, 'Are you there?');
  await eventually(`${count} pushes`, async () => {
    // What has come into the queue by now need not wait.
    await advanceClock(host, delaySeconds);
    const pushes = (await publishedBy(host)).filter(({ message }) => message.includes(`\\"${id}\\"`));
    return pushes.length >= count ? pushes : undefined;
  });
}

/** Of the whole, what notifications are billed for: the send was billed before. */
const ofNotifications = ({ dynamodb, lambda, sqs, sns }: MeterReport): MeterReport => ({
  dynamodb: { readUnits: 0, writeUnits: 0, calls: {}, ...dynamodb.byFunction.Notify, byFunction: {} },
  lambda: lambda.Notify ? { Notify: lambda.Notify } : {},
  apiGateway: { webSocketIn: 0, webSocketOut: 0, httpRequests: 0 },
  events: { entries: 0 },
  scheduler: { invocations: 0 },
  sqs,
  sns,
});
