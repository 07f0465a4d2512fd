import type { MeterReport } from '../../local/meter.ts';
import type { TestHost } from './host.ts';

/** A fault as `/_local/faults` takes it. */
export interface Fault {
  service: 'dynamodb' | 'sqs' | 'sns' | 'events' | 'execute-api' | 's3';
  operation: string;
  function?: string;
  error: string;
  when?: 'before' | 'after';
  /** How many calls pass first. */
  skip?: number;
  times?: number;
}

/** What went out by SNS. */
export interface Published {
  at: string;
  kind: 'push' | 'sms';
  /** An endpoint's ARN or a phone number. */
  target: string;
  /** Of a push. */
  deviceToken?: string;
  message: string;
  attributes: Record<string, string>;
}

/** What reached a bus. */
export interface BusEvent {
  at: string;
  source: string;
  detailType: string;
  detail: unknown;
}

const pollEveryMs = 50;
const patienceMs = 20_000;

export const setFault = (host: TestHost, fault: Fault): Promise<void> => control(host, 'POST', 'faults', fault);

export const clearFaults = (host: TestHost): Promise<void> => control(host, 'DELETE', 'faults');

/** `$disconnect` is best effort on AWS: `false` keeps it back. */
export const deliverDisconnects = (host: TestHost, deliver: boolean): Promise<void> =>
  control(host, 'POST', 'disconnects', { deliver });

/** The control routes have no events: a question is asked again until its answer will do. */
export async function eventually<Answer>(what: string, ask: () => Promise<Answer | undefined>): Promise<Answer> {
  const deadline = Date.now() + patienceMs;
  while (Date.now() < deadline) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, pollEveryMs));
  }
  throw new Error(`${what} did not happen`);
}

/** What AWS would bill since the start, or since `resetMeter`. */
export const meterOf = (host: TestHost): Promise<MeterReport> => control(host, 'GET', 'meter');

export const resetMeter = (host: TestHost): Promise<void> => control(host, 'DELETE', 'meter');

export async function publishedBy(host: TestHost): Promise<Published[]> {
  const { published } = await control<{ published: Published[] }>(host, 'GET', 'sns');
  return published;
}

export async function eventsOnBus(host: TestHost): Promise<BusEvent[]> {
  const { events } = await control<{ events: BusEvent[] }>(host, 'GET', 'events');
  return events;
}

/** As a platform does that knows the device no more. */
export const disableDevice = (host: TestHost, deviceToken: string): Promise<void> =>
  control(host, 'POST', 'sns/endpoints', { deviceToken, enabled: false });

/** Moves the time of the host and of its functions, and says what it is now. */
export async function advanceClock(host: TestHost, advanceSeconds: number): Promise<Date> {
  const { now } = await control<{ now: string }>(host, 'POST', 'clock', { advanceSeconds });
  return new Date(now);
}

async function control<Answer = void>(
  { localUrl }: Pick<TestHost, 'localUrl'>,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer> {
  const response = await fetch(`${localUrl}/${path}`, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} /_local/${path}: ${response.status} ${text}`);
  return text === '' ? (undefined as Answer) : JSON.parse(text);
}
