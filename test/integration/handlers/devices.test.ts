import {
  CreatePlatformEndpointCommand,
  DeleteEndpointCommand,
  SetEndpointAttributesCommand,
  SNSClient,
  ThrottledException,
} from '@aws-sdk/client-sns';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { deviceKey, endpointKey } from '../../../lambdas/data/keys.ts';
import { systemRandomness } from '../../../lambdas/runtime/randomness.ts';
import { captureOutput } from '../../helpers/events.ts';
import { type Backend, startBackend } from './backend.ts';

const sns = mockClient(SNSClient);
let backend: Backend;
let bob: string;

beforeAll(async () => {
  backend = await startBackend();
});
afterAll(() => backend.close());
beforeEach(() => {
  captureOutput();
  bob = `bob-${systemRandomness.id()}`;
  sns.reset();
  sns.on(CreatePlatformEndpointCommand).callsFake(({ Token }) => ({ EndpointArn: arnOf(Token) }));
  sns.on(SetEndpointAttributesCommand).resolves({});
  sns.on(DeleteEndpointCommand).resolves({});
});
afterEach(() => {
  vi.restoreAllMocks();
});

const arnOf = (token: string) => `arn:aws:sns:us-east-1:000000000000:endpoint/GCM/parley/${token}`;
const phone = (token = 'token-1') => ({ platform: 'fcm', token });
const deviceIds = async () => (await backend.devices(bob)).body.devices.map(({ deviceId }) => deviceId);

describe('a push device', () => {
  test('is registered, listed without its token, and removed', async () => {
    const { status, body } = await backend.register(bob, 'phone', phone());
    const device = { deviceId: 'phone', platform: 'fcm', registeredAt: expect.stringMatching(/Z$/) };
    expect({ status, body }).toEqual({ status: 200, body: { device } });
    expect((await backend.devices(bob)).body).toEqual({ devices: [device] });
    expect(await backend.unregister(bob, 'phone')).toEqual({ status: 204, body: undefined });
    expect(await deviceIds()).toEqual([]);
    expect(sns.commandCalls(DeleteEndpointCommand)[0]?.args[0].input).toEqual({ EndpointArn: arnOf('token-1') });
  });

  test('registered again has its new token, and is one device', async () => {
    await backend.register(bob, 'phone', phone('old'));
    await backend.register(bob, 'phone', phone('new'));
    expect(await deviceIds()).toEqual(['phone']);
    expect(await backend.database.itemOf(deviceKey(bob, 'phone'))).toMatchObject({
      token: 'new',
      endpointArn: arnOf('new'),
    });
  });

  test('registered again as it is costs no write, and is switched on again', async () => {
    const first = (await backend.register(bob, 'phone', phone())).body;
    const written = await backend.database.itemOf(deviceKey(bob, 'phone'));
    expect((await backend.register(bob, 'phone', phone())).body).toEqual(first);
    expect(await backend.database.itemOf(deviceKey(bob, 'phone'))).toEqual(written);
    expect(sns.commandCalls(SetEndpointAttributesCommand)).toHaveLength(2);
  });

  test('that somebody else has registered by now is theirs alone', async () => {
    const eve = `eve-${bob}`;
    await backend.register(bob, 'phone', phone());
    await backend.register(bob, 'tablet', phone('token-2'));
    await backend.register(eve, 'my-phone', phone());
    expect(await deviceIds()).toEqual(['tablet']);
    expect((await backend.devices(eve)).body.devices.map(({ deviceId }) => deviceId)).toEqual(['my-phone']);
    expect(await backend.database.itemOf(endpointKey(arnOf('token-1')))).toMatchObject({ userId: eve });
    expect(sns.commandCalls(DeleteEndpointCommand)).toHaveLength(0);
  });

  test('is one device, by whatever id its app registers it again', async () => {
    await backend.register(bob, 'phone', phone());
    await backend.register(bob, 'phone-after-reinstall', phone());
    expect(await deviceIds()).toEqual(['phone-after-reinstall']);
  });

  test('leaves nothing behind at its old address when its token changes', async () => {
    await backend.register(bob, 'phone', phone('old'));
    await backend.register(bob, 'phone', phone('new'));
    expect(sns.commandCalls(DeleteEndpointCommand)[0]?.args[0].input).toEqual({ EndpointArn: arnOf('old') });
    expect(await backend.database.itemOf(endpointKey(arnOf('old')))).toBeUndefined();
  });

  test('that two register at the same moment is one user’s in the end', async () => {
    const users = [1, 2, 3].map((n) => `${bob}-${n}`);
    const answers = await Promise.all(users.map((userId) => backend.register(userId, 'phone', phone(bob))));
    const owners = (await Promise.all(users.map((userId) => backend.devices(userId)))).filter(
      ({ body }) => body.devices.length > 0,
    );
    expect(owners).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThan(0);
  });

  test('is its user’s alone', async () => {
    await backend.register(bob, 'phone', phone());
    await backend.unregister(`${bob}x`, 'phone');
    expect((await backend.devices(`${bob}x`)).body.devices).toEqual([]);
    expect(await deviceIds()).toEqual(['phone']);
  });

  test('may have an id of any characters', async () => {
    const ids = ['a#b', 'a%23b', 'a/b', '手机', '😀'];
    for (const [n, id] of ids.entries()) await backend.register(bob, id, phone(`${bob}-${n}`));
    expect((await deviceIds()).toSorted()).toEqual(ids.toSorted());
  });

  test('that is not there is removed already', async () => {
    expect((await backend.unregister(bob, 'nothing')).status).toBe(204);
    expect(sns.calls()).toHaveLength(0);
  });

  test('is the 20th at most, and each of them may still get a new token', async () => {
    for (let n = 1; n <= 20; n += 1) await backend.register(bob, `device-${n}`, phone(`${bob}-${n}`));
    expect((await backend.register(bob, 'device-21', phone())).body.code).toBe('CONFLICT');
    expect((await backend.register(bob, 'device-20', phone('new'))).status).toBe(200);
    expect(await deviceIds()).toHaveLength(20);
  });

  test('of a platform that is not set up is refused by name, and not kept', async () => {
    const { status, body } = await backend.register(bob, 'phone', { platform: 'apns', token: 'x' });
    expect({ status, paths: body.errors?.map(({ path }) => path) }).toEqual({ status: 400, paths: ['platform'] });
    expect(await deviceIds()).toEqual([]);
  });

  test('that SNS fails at is not kept', async () => {
    sns.on(CreatePlatformEndpointCommand).rejects(new ThrottledException({ message: 'slow', $metadata: {} }));
    expect((await backend.register(bob, 'phone', phone())).status).toBeGreaterThanOrEqual(500);
    expect(await deviceIds()).toEqual([]);
  });
});
