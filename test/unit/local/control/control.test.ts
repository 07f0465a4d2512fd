import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createClock } from '../../../../local/clock.ts';
import { type Control, createControl } from '../../../../local/control/control.ts';
import { openIdentity } from '../../../../local/control/identity.ts';
import type { SentEvent } from '../../../../local/events/put-event.ts';
import { createFaults, faultErrors } from '../../../../local/faults.ts';
import { openKeptList } from '../../../../local/kept-list.ts';
import { createMeter } from '../../../../local/meter.ts';
import { createPushControl } from '../../../../local/sns/push-control.ts';
import { createPushEndpoints } from '../../../../local/sns/push-endpoints.ts';
import { createPushPlatforms } from '../../../../local/sns/push-platforms.ts';
import { createPushSink } from '../../../../local/sns/push-sink.ts';
import { openStore } from '../../../../local/store.ts';

const hour = 3_600_000;
const clock = createClock();
const store = openStore(':memory:');
const events = openKeptList<SentEvent>(store, 'events');
const push = {
  endpoints: createPushEndpoints(store),
  platforms: createPushPlatforms(),
  sink: createPushSink(store, clock),
};
const faults = createFaults(() => {});
let folder: string;
let control: Control;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-control-'));
  control = createControl({
    identity: await openIdentity(folder, [], clock),
    meter: createMeter(),
    faults,
    push: createPushControl(push),
    events,
    health: () => ({}),
    functionId: (name) => name,
    clock,
    deliverDisconnects: () => {},
  });
});
afterAll(() => rm(folder, { recursive: true }));

async function call(method: string, path: string, body?: unknown) {
  const request = body === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(body));
  const reply = await control(method, `/_local/${path}`, request);
  const text = reply.body.toString();
  return { status: reply.status, body: text === '' ? undefined : JSON.parse(text) };
}

const tokenFor = async (request: object) => decodeJwt((await call('POST', 'token', request)).body.token);
const register = (application: string, token: string) =>
  push.endpoints.create(`arn:aws:sns:us-east-1:000000000000:app/${application}/parley-local`, { token });

describe('the clock', () => {
  test('is shown, and is moved by as much as is asked for', async () => {
    const before = (await call('GET', 'clock')).body;
    const after = (await call('POST', 'clock', { advanceSeconds: 7200 })).body;
    expect(Math.abs(Date.parse(after.now) - Date.parse(before.now) - 2 * hour)).toBeLessThan(10_000);
  });

  test('is that of the tokens', async () => {
    await call('POST', 'clock', { advanceSeconds: 3600 });
    const { iat = 0, exp = 0 } = await tokenFor({ userId: 'bob' });
    expect(Math.abs(1000 * iat - clock.now())).toBeLessThan(10_000);
    expect(exp - iat).toBe(3600);
  });

  test.each([[-1], [0.5], ['1']])('cannot be moved by %j seconds', async (advanceSeconds) => {
    const { status, body } = await call('POST', 'clock', { advanceSeconds });
    expect({ status, message: body.message }).toEqual({
      status: 400,
      message: expect.stringMatching(/advanceSeconds/),
    });
  });
});

describe('a token', () => {
  test('has a verified phone number where one is given', async () => {
    const claims = await tokenFor({ userId: 'bob', phoneNumber: '+15550100200' });
    expect(claims).toMatchObject({ sub: 'bob', phone_number: '+15550100200', phone_number_verified: true });
    expect(await tokenFor({ userId: 'bob' })).not.toHaveProperty('phone_number_verified');
  });

  test('is not issued with something else for a phone number', async () => {
    const { status, body } = await call('POST', 'token', { userId: 'bob', phoneNumber: '0555' });
    expect({ status, message: body.message }).toEqual({ status: 400, message: expect.stringMatching(/phoneNumber/) });
  });
});

describe('what left the app', () => {
  test('is shown and forgotten, events and pushes apart', async () => {
    const event: SentEvent = { at: '2026-01-01T00:00:00.000Z', source: 'chat', detailType: 'chat.test', detail: {} };
    const sms = { kind: 'sms' as const, target: '+15550100200', message: 'hello', attributes: {} };
    events.add(event);
    push.sink.add(sms);
    expect((await call('GET', 'events')).body).toEqual({ events: [event] });
    expect((await call('GET', 'sns')).body).toMatchObject({ published: [sms] });
    expect(await call('DELETE', 'events')).toEqual({ status: 204, body: undefined });
    expect((await call('GET', 'events')).body).toEqual({ events: [] });
    expect((await call('GET', 'sns')).body.published).toHaveLength(1);
    await call('DELETE', 'sns');
    expect((await call('GET', 'sns')).body).toEqual({ published: [] });
  });
});

describe('push endpoints', () => {
  test('are disabled and removed by the token of their device, in every application', async () => {
    const arns = [register('APNS', 'c0ffee'), register('APNS_SANDBOX', 'c0ffee')];
    const other = register('APNS', 'beef');
    await call('POST', 'sns/endpoints', { deviceToken: 'c0ffee', enabled: false });
    expect([...arns, other].map((arn) => push.endpoints.find(arn)?.enabled)).toEqual(['false', 'false', 'true']);
    await call('DELETE', 'sns/endpoints', { deviceToken: 'c0ffee' });
    expect([...arns, other].map((arn) => push.endpoints.find(arn)?.arn)).toEqual([undefined, undefined, other]);
  });

  test('are chosen by their ARN too', async () => {
    const arn = register('GCM', 'one');
    await call('POST', 'sns/endpoints', { endpointArn: arn, enabled: false });
    expect(push.endpoints.find(arn)?.enabled).toBe('false');
  });

  test('have platforms that can be disabled', async () => {
    await call('POST', 'sns/platforms', { platform: 'APNS', enabled: false });
    expect([push.platforms.isEnabled('APNS'), push.platforms.isEnabled('GCM')]).toEqual([false, true]);
  });

  test.each([
    ['POST', 'sns/endpoints', { enabled: false }, /name the endpointArn or the deviceToken/],
    ['DELETE', 'sns/endpoints', { deviceToken: 'a', endpointArn: 'b' }, /name the endpointArn or the deviceToken/],
    ['POST', 'sns/endpoints', { deviceToken: 'never', enabled: false }, /no endpoint is registered for never/],
    ['POST', 'sns/platforms', { platform: 'WNS', enabled: false }, /platform: /],
  ])('%s %s refuses %j', async (method, path, body, message) => {
    const answer = await call(method, path, body);
    expect(answer).toEqual({ status: 400, body: { message: expect.stringMatching(message) } });
  });
});

describe('faults', () => {
  test.each(faultErrors)('may be %s', async (error) => {
    const rule = { service: 'events', operation: 'PutEvents', error };
    expect(await call('POST', 'faults', [rule, rule])).toEqual({ status: 204, body: undefined });
    faults.clear();
  });

  test('that spoil a part are refused where there are no parts', async () => {
    const answer = await call('POST', 'faults', { service: 'sns', operation: 'Publish', error: 'partial' });
    expect(answer).toMatchObject({
      status: 400,
      body: { message: expect.stringMatching(/partial is for PutEvents and/) },
    });
  });

  test('of another name are refused with the names that there are', async () => {
    const answer = await call('POST', 'faults', { service: 'events', operation: 'PutEvents', error: 'Nope' });
    expect(answer).toMatchObject({
      status: 400,
      body: { message: expect.stringMatching(/error: must be one of .*Throttled/) },
    });
  });
});
