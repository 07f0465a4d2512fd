import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { DomainEvent } from '../../../contract/domain-event.ts';
import { eventBus } from '../../../lambdas/outbound/event-bus.ts';
import { captureOutput } from '../../helpers/events.ts';
import { type HttpStandIn, httpStandIn, type StandInAnswer } from '../../helpers/http-stand-in.ts';

let bridge: HttpStandIn;
/** These are given first, once each; then everything is taken. */
let answersFirst: StandInAnswer[];

beforeEach(async () => {
  vi.stubEnv('AWS_REGION', 'eu-central-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  answersFirst = [];
  bridge = await httpStandIn(({ body }) => answersFirst.shift() ?? taking(entriesIn(body).map(() => true)));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  await bridge.close();
});

interface Entry {
  EventBusName: string;
  Source: string;
  DetailType: string;
  Detail: string;
  Time: number;
}

const entriesIn = (body: string): Entry[] => JSON.parse(body).Entries;

const taking = (isTaken: boolean[]): StandInAnswer => ({
  status: 200,
  body: JSON.stringify({
    FailedEntryCount: isTaken.filter((taken) => !taken).length,
    Entries: isTaken.map((taken) => (taken ? { EventId: 'e' } : { ErrorCode: 'InternalFailure' })),
  }),
});
const throttling: StandInAnswer = { status: 400, body: '{"__type":"ThrottlingException","message":"slow down"}' };

const at = '2026-11-21T03:15:00.250Z';
const online = (userId: string): DomainEvent => ({
  detailType: 'chat.user.online',
  detail: { version: 1, id: userId, at, user: { userId } },
});
const people = (count: number, name = 'u') => Array.from({ length: count }, (_, n) => online(`${name}${n}`));

const publish = (events: DomainEvent[]) =>
  eventBus({ url: bridge.url, name: 'Parley-dev', source: 'parley.dev' }).publish(events);
/** The ids of the events that each call put. */
const put = () => bridge.requests.map(({ body }) => entriesIn(body).map(({ Detail }) => JSON.parse(Detail).id));

describe('the bus', () => {
  test('is told by PutEvents, signed for it', async () => {
    expect(await publish([online('ann')])).toEqual([]);
    const [request] = bridge.requests;
    expect(request).toMatchObject({
      method: 'POST',
      path: '/',
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AWSEvents.PutEvents' },
    });
    expect(request?.headers.authorization).toMatch(
      /\/eu-central-1\/events\/aws4_request, SignedHeaders=content-type;host;/,
    );
    expect(entriesIn(request?.body ?? '')).toEqual([
      {
        EventBusName: 'Parley-dev',
        Source: 'parley.dev',
        DetailType: 'chat.user.online',
        Detail: JSON.stringify(online('ann').detail),
        Time: Date.parse(at) / 1_000,
      },
    ]);
  });

  test('is told by ten events a call at most', async () => {
    await publish(people(21));
    expect(
      put()
        .map(({ length }) => length)
        .toSorted(),
    ).toEqual([1, 10, 10]);
  });

  test('is told by 256 KB a call at most', async () => {
    await publish(people(9, 'x'.repeat(15_000)));
    expect(bridge.requests.length).toBeGreaterThan(1);
    for (const { body } of bridge.requests) expect(body.length).toBeLessThan(256 * 1_024);
    expect(put().flat()).toHaveLength(9);
  });

  test('is not asked at all where there is nothing to tell, or no bus', async () => {
    expect(await publish([])).toEqual([]);
    expect(await eventBus(null).publish(people(3))).toEqual([]);
    expect(bridge.requests).toEqual([]);
  });
});

describe('what the bus does not take', () => {
  test('is put once more, and nothing else', async () => {
    answersFirst = [taking([true, false, true])];
    expect(await publish(people(3))).toEqual([]);
    expect(put()).toEqual([['u0', 'u1', 'u2'], ['u1']]);
  });

  test('twice is told by its position', async () => {
    const { text } = captureOutput();
    answersFirst = [taking([false, true, false]), taking([true, false])];
    expect(await publish(people(3))).toEqual([2]);
    expect(text()).toContain('events that the bus did not take');
  });

  test.each<[string, StandInAnswer]>([
    ['is throttled', throttling],
    ['is refused', { status: 400, body: '{"__type":"AccessDeniedException"}' }],
    ['fails', { status: 500, body: '<html>' }],
    ['is hung up on', 'hangUp'],
    ['has an answer that is cut off', { status: 200, body: '{"Entries":[{"Ev' }],
    ['has an answer of another kind', { status: 200, body: 'null' }],
  ])('because the call %s is put once more, all of it', async (_, answer) => {
    captureOutput();
    answersFirst = [answer];
    expect(await publish(people(2))).toEqual([]);
    answersFirst = [answer, answer];
    expect(await publish(people(2))).toEqual([0, 1]);
    const both = ['u0', 'u1'];
    expect(put()).toEqual([both, both, both, both]);
  });
});
