import {
  CreatePlatformEndpointCommand,
  DeleteEndpointCommand,
  EndpointDisabledException,
  PublishCommand,
  SetEndpointAttributesCommand,
  SNSClient,
  ThrottledException,
} from '@aws-sdk/client-sns';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { deviceKey, memberKey, messageKey } from '../../../lambdas/data/keys.ts';
import { systemRandomness } from '../../../lambdas/runtime/randomness.ts';
import { captureOutput, queueEvent } from '../../helpers/events.ts';
import { type Backend, startBackend, textOf } from './backend.ts';

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
  sns.on(PublishCommand).resolves({ MessageId: '1' });
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

  test('is its user’s alone', async () => {
    await backend.register(bob, 'phone', phone());
    await backend.unregister(`${bob}x`, 'phone');
    expect((await backend.devices(`${bob}x`)).body.devices).toEqual([]);
    expect(await deviceIds()).toEqual(['phone']);
  });

  test('may have an id of any characters', async () => {
    const ids = ['a#b', 'a%23b', 'a/b', '手机', '😀'];
    for (const id of ids) await backend.register(bob, id, phone());
    expect((await deviceIds()).toSorted()).toEqual(ids.toSorted());
  });

  test('that is not there is removed already', async () => {
    expect((await backend.unregister(bob, 'nothing')).status).toBe(204);
    expect(sns.calls()).toHaveLength(0);
  });

  test('is the 20th at most, and each of them may still get a new token', async () => {
    for (let n = 1; n <= 20; n += 1) await backend.register(bob, `device-${n}`, phone());
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

describe('a notification', () => {
  let group: string;
  const pending = (seq = 1, userId = bob) => ({ userId, conversationId: group, seq });
  const notify = (...bodies: object[]) => backend.notify(queueEvent(...bodies));
  const pushes = () => sns.commandCalls(PublishCommand).map(({ args: [{ input }] }) => input);
  const done = { batchItemFailures: [] };

  beforeEach(async () => {
    group = (await backend.create('ann', { type: 'group', title: 'Team', memberIds: [bob] })).body.conversation.id;
    await backend.register(bob, 'phone', phone('token-1'));
    await backend.send('ann', group, textOf('m-1', 'Are you there?'));
  });

  test('is pushed to each of the user’s devices', async () => {
    await backend.register(bob, 'tablet', phone('token-2'));
    expect(await notify(pending())).toEqual(done);
    expect(pushes().map(({ TargetArn }) => TargetArn)).toEqual([arnOf('token-1'), arnOf('token-2')]);
    const message = JSON.parse(pushes()[0]?.Message ?? '');
    expect(message.default).toBe('Team: Are you there?');
    expect(JSON.parse(message.GCM).fcmV1Message.message).toMatchObject({
      notification: { title: 'Team', body: 'Are you there?' },
      data: { conversationId: group, messageId: `${group}.1`, seq: '1' },
    });
  });

  test('of what was read meanwhile is none', async () => {
    await backend.database.change(memberKey(group, bob), { lastReadSeq: 1 });
    expect(await notify(pending())).toEqual(done);
    expect(pushes()).toEqual([]);
  });

  test('of what was deleted meanwhile is none', async () => {
    await backend.database.change(messageKey(group, 1), { deletedAtMs: 1 });
    expect(await notify(pending())).toEqual(done);
    expect(pushes()).toEqual([]);
  });

  test.each<[string, () => object]>([
    ['somebody without a device', () => pending(1, 'ann')],
    ['somebody who is no member', () => ({ ...pending(), userId: 'eve' })],
    ['a message that was never written', () => pending(2)],
    ['a conversation that is not there', () => ({ ...pending(), conversationId: 'g-nowhere' })],
  ])('for %s is none', async (_, body) => {
    await backend.register('eve', 'phone', phone('token-eve'));
    expect(await notify(body())).toEqual(done);
    expect(pushes()).toEqual([]);
  });

  test('to a device that is gone forgets it, and still reaches the others', async () => {
    await backend.register(bob, 'tablet', phone('token-2'));
    const gone = new EndpointDisabledException({ message: 'disabled', $metadata: {} });
    sns.on(PublishCommand, { TargetArn: arnOf('token-1') }).rejects(gone);
    expect(await notify(pending())).toEqual(done);
    expect(await deviceIds()).toEqual(['tablet']);
    expect(pushes()).toHaveLength(2);
  });

  test('that SNS does not take comes again, alone', async () => {
    const other = `other-${bob}`;
    await backend.register(other, 'phone', phone('token-other'));
    const shared = (await backend.create('ann', { type: 'group', title: 'Two', memberIds: [bob, other] })).body;
    await backend.send('ann', shared.conversation.id, textOf('m-1'));
    const slow = new ThrottledException({ message: 'slow', $metadata: {} });
    sns.on(PublishCommand, { TargetArn: arnOf('token-1') }).rejects(slow);
    const to = (userId: string) => ({ userId, conversationId: shared.conversation.id, seq: 1 });
    expect(await notify(to(bob), to(other))).toEqual({ batchItemFailures: [{ itemIdentifier: 'message-0' }] });
  });
});
