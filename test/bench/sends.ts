import type { MeterReport } from '../../local/meter.ts';
import { meterOf, resetMeter } from '../helpers/client-local.ts';
import type { TestHost } from '../helpers/host.ts';
import * as given from '../helpers/steps-given.ts';
import * as when from '../helpers/steps-when.ts';
import { openPair, type Pair } from './pair.ts';

export type Transport = 'frame' | 'HTTP';

/** Many enough that the sender's memory of recent sends is trimmed several times. */
export const sendCount = 200;

/** What AWS would bill for so many sends of one user in one conversation, with one receiver online. */
export interface Sends {
  transport: Transport;
  conversation: string;
  meter: MeterReport;
}

const groupOfHundred: typeof given.directConversation = (alice, bob) =>
  given.group(alice, [bob, ...Array.from({ length: 98 }, (_, n) => ({ userId: `absent-${n}` }))]);

const conversations = { 'a direct conversation': given.directConversation, 'a group of 100': groupOfHundred };

/** One after the other, so that no two share an invocation of fan-out: the dearest way to send. */
export async function meteredSends(host: TestHost): Promise<Sends[]> {
  const all: Sends[] = [];
  for (const [conversation, create] of Object.entries(conversations)) {
    const pair = await openPair(host, create);
    for (const transport of ['frame', 'HTTP'] as const) {
      all.push({ transport, conversation, meter: await metered(host, () => sendMany(pair, transport)) });
    }
    pair.close();
  }
  return all;
}

async function sendMany(pair: Pair, transport: Transport): Promise<void> {
  const byHttp = (text: string) => when.sendsByHttp(pair.sender, pair.conversationId, text);
  for (let n = 0; n < sendCount; n += 1) await (transport === 'frame' ? pair.send() : pair.delivered(byHttp));
}

/** What was begun before is over by then: the pair has received one message. */
async function metered(host: TestHost, act: () => Promise<void>): Promise<MeterReport> {
  await resetMeter(host);
  await act();
  return meterOf(host);
}
