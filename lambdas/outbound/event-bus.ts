import type { DomainEvent } from '../../contract/domain-event.ts';
import type { EventBus } from '../app/event-ports.ts';
import { systemClock } from '../runtime/clock.ts';
import { environment } from '../runtime/environment.ts';
import { log } from '../runtime/log.ts';
import { callsOf } from './calls-of.ts';
import { type Answer, type SignedCall, signedCalls } from './signed-calls.ts';

/** Where events go; nothing where the stage has no bus. */
export type EventBusSettings = { url: string; name: string; source: string } | null;

/** What PutEvents takes a call. The least that any Region takes of all entries together is 256 KB. */
const mostPerCall = { entries: 10, bytes: 256 * 1_024 };

/** Of a pause before the second try, in milliseconds. */
const longestPause = 200;

/** As AWS counts an entry beside its texts: its time. */
const timeBytes = 14;

const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AWSEvents.PutEvents' };

interface Entry {
  EventBusName: string;
  Source: string;
  DetailType: string;
  Detail: string;
  /** Seconds since 1970. */
  Time: number;
}

interface Placed {
  entry: Entry;
  position: number;
}

/** What is not taken has a second try, entry by entry. Signed by hand: the SDK's client has no room where it is needed (docs/decisions/0016). */
export function eventBus(settings: EventBusSettings): EventBus {
  if (!settings) return { publish: async () => [] };
  const { AWS_REGION: region } = environment('AWS_REGION');
  const put = signedCalls(settings.url, {
    service: 'events',
    region,
    atOnce: 16,
    longestSilence: 2_000,
    readsGoodAnswers: true,
  });
  const putAll = async (placed: Placed[]) =>
    (await Promise.all(callsOf(placed, bytesOf, mostPerCall).map((call) => putSome(put, call)))).flat();
  return {
    async publish(events) {
      const refused = await putAll(events.map((event, position) => ({ entry: entryOf(settings, event), position })));
      if (refused.length === 0) return [];
      await systemClock.sleep(Math.random() * longestPause);
      const left = await putAll(refused);
      if (left.length > 0) log.warn('events that the bus did not take', { count: left.length });
      return left.map(({ position }) => position);
    },
  };
}

const entryOf = ({ name, source }: NonNullable<EventBusSettings>, { detailType, detail }: DomainEvent): Entry => ({
  EventBusName: name,
  Source: source,
  DetailType: detailType,
  Detail: JSON.stringify(detail),
  Time: Date.parse(detail.at) / 1_000,
});

const bytesOf = ({ entry: { Source, DetailType, Detail } }: Placed) =>
  timeBytes + Buffer.byteLength(Source + DetailType + Detail);

/** Gives those that were not taken. */
async function putSome(put: SignedCall, placed: Placed[]): Promise<Placed[]> {
  const body = JSON.stringify({ Entries: placed.map(({ entry }) => entry) });
  const answer = await put({ method: 'POST', path: '/', body, headers });
  const outcomes = outcomesIn(answer);
  return placed.filter((_, position) => outcomes[position]?.EventId === undefined);
}

/** None where the call failed as a whole, or its answer was cut off: what is put twice has the same id. */
function outcomesIn({ status, body }: Answer): { EventId?: string }[] {
  const { Entries, __type: reason } = objectIn(body);
  if (status !== 200) log.warn('events that could not be put', { status, reason });
  return Entries ?? [];
}

function objectIn(body: string): { Entries?: { EventId?: string }[]; __type?: string } {
  try {
    return Object(JSON.parse(body));
  } catch {
    return {};
  }
}
