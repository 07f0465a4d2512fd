import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { advanceClock, disableDevice, eventually, type Published, publishedBy } from '../helpers/client-local.ts';
import { startHost, type TestHost } from '../helpers/host.ts';
import * as given from '../helpers/steps-given.ts';
import * as then from '../helpers/steps-then.ts';
import * as when from '../helpers/steps-when.ts';

let host: TestHost;
beforeAll(async () => {
  host = await startHost();
});
afterAll(() => host.stop());

describe('in a group of three with one offline', () => {
  test('the two chat, and the third’s devices are pushed to in their platforms’ own forms', async () => {
    const [alice, bob] = [await given.user(host, 'alice'), await given.user(host, 'bob')];
    const carol = await given.absentUser(host, 'carol');
    await when.calls(alice, '/users/me', { method: 'PUT', body: { displayName: 'Alice' } });
    await given.device(bob, 'phone', 'fcm', 'token-of-bob');
    await given.device(carol, 'phone', 'fcm', 'token-of-carol');
    await given.device(carol, 'tablet', 'apns', 'c0ffee');
    const conversation = await given.group(alice, [bob, carol], 'Lunch');
    await when.joins(bob.socket, conversation);

    const message = await when.sendsByFrame(alice, conversation, 'Noodles at noon?');
    await then.receives(bob.socket, message);
    const pushes = await pushesOf(message.id, 2);

    const data = { conversationId: conversation, messageId: message.id, seq: '1' };
    expect(payloadsFor(pushes, 'GCM')).toEqual([
      {
        fcmV1Message: {
          message: {
            notification: { title: 'Lunch', body: 'Alice: Noodles at noon?' },
            data,
            android: {
              priority: 'high',
              collapse_key: conversation,
              ttl: '604800s',
              notification: { tag: conversation, channel_id: 'messages' },
            },
          },
        },
      },
    ]);
    expect(payloadsFor(pushes, 'APNS')).toEqual([
      {
        aps: {
          alert: { title: 'Lunch', subtitle: 'Alice', body: 'Noodles at noon?' },
          badge: 1,
          sound: 'default',
          'thread-id': conversation,
          'mutable-content': 1,
        },
        ...data,
      },
    ]);
    expect(pushes.map(({ deviceToken }) => deviceToken).toSorted()).toEqual(['c0ffee', 'token-of-carol']);
  });

  test('the one who was offline finds everything in the history', async () => {
    const alice = await given.user(host, 'alice');
    const [bob, carol] = [await given.absentUser(host, 'bob'), await given.absentUser(host, 'carol')];
    const conversation = await given.group(alice, [bob, carol]);
    await when.sendsByFrame(alice, conversation, 'one');
    await when.sendsByFrame(alice, conversation, 'two');
    await then.historyIs(carol, conversation, ['one', 'two']);
  });
});

describe('a message', () => {
  test('is pushed to who is offline or looks elsewhere, and to nobody who wants none of it', async () => {
    const alice = await given.user(host, 'alice');
    const elsewhere = await given.user(host, 'elsewhere');
    const wanting = [];
    for (const name of ['offline', 'muted', 'mentions', 'blocking', 'silent', 'reader'])
      wanting.push(await given.absentUser(host, name));
    const everyone = [elsewhere, ...wanting];
    const conversation = await given.group(alice, everyone, 'Team');
    for (const member of everyone) await given.device(member, 'phone', 'fcm', member.userId);
    const [, muted, mentions, blocking, silent, reader] = wanting;
    const prefers = (body: object) => ({ path: `/conversations/${conversation}/preferences`, method: 'PATCH', body });
    await changes(muted, prefers({ mutedUntil: '2999-12-31T23:59:59.000Z' }));
    await changes(mentions, prefers({ notify: 'mentions' }));
    await changes(blocking, { path: `/users/me/blocks/${alice.userId}`, method: 'PUT' });
    await changes(silent, { path: '/users/me/notifications', method: 'PUT', body: { push: false } });

    const message = await when.sendsByFrame(alice, conversation, 'hello');
    await changes(reader, { path: `/conversations/${conversation}/read`, method: 'POST', body: {} });
    // All of them are looked at by one check, so that whoever is pushed to is by the time that the last of these is.
    const pushes = await pushesOf(message.id, 2);
    expect(namesOf(pushes)).toEqual(['elsewhere', 'offline']);

    const { message: call } = (
      await when.triesByHttp(alice, conversation, { text: '@', mentions: [mentions?.userId ?? ''] })
    ).body;
    expect(namesOf(await pushesOf(call.id, 4))).toEqual(['elsewhere', 'mentions', 'offline', 'reader']);
  });

  test('in quiet hours is pushed when they are over', async () => {
    const alice = await given.user(host, 'alice');
    const [awake, asleep] = [await given.absentUser(host, 'awake'), await given.absentUser(host, 'asleep')];
    const conversation = await given.group(alice, [awake, asleep], 'Night');
    for (const member of [awake, asleep]) await given.device(member, 'phone', 'fcm', member.userId);
    const nowMs = (await advanceClock(host, 0)).getTime();
    const quietHours = { start: clockAt(nowMs - 3_600_000), end: clockAt(nowMs + 3_600_000), timeZone: 'UTC' };
    await changes(asleep, { path: '/users/me/notifications', method: 'PUT', body: { quietHours } });

    const message = await when.sendsByFrame(alice, conversation, 'Still up?');
    expect(namesOf(await pushesOf(message.id, 1))).toEqual(['awake']);
    for (let hop = 0; hop < 5; hop += 1) await advanceClock(host, 901);
    expect(namesOf(await pushesOf(message.id, 2))).toEqual(['asleep', 'awake']);
  });

  test('goes by SMS where no device takes it', async () => {
    const alice = await given.user(host, 'alice');
    const bob = await given.absentUser(host, 'bob');
    const phoneNumber = '+4915112345678';
    const verified = { ...bob, token: await host.token(bob.userId, { phoneNumber }) };
    await given.device(verified, 'phone', 'fcm', `lost-${bob.userId}`);
    await changes(verified, { path: '/users/me/notifications', method: 'PUT', body: { sms: true, phoneNumber } });
    await disableDevice(host, `lost-${bob.userId}`);
    const conversation = await given.group(alice, [bob], 'Call');

    await when.sendsByFrame(alice, conversation, 'Please ring me');
    const sms = await eventually('an SMS', async () => (await publishedBy(host)).find(({ kind }) => kind === 'sms'));
    expect(sms).toMatchObject({
      target: phoneNumber,
      message: 'Call: Please ring me',
      attributes: { 'AWS.SNS.SMS.SMSType': 'Transactional' },
    });
    expect((await when.calls(bob, '/users/me/devices')).body).toEqual({ devices: [] });
  });
});

describe('a device', () => {
  test('that is removed is pushed to no more, nor one that its platform knows no more', async () => {
    const [alice, bob] = [await given.user(host, 'alice'), await given.absentUser(host, 'bob')];
    const conversation = await given.directConversation(alice, bob);
    for (const name of ['removed', 'disabled', 'good']) await given.device(bob, name, 'fcm', `${name}-${bob.userId}`);
    expect(await when.calls(bob, '/users/me/devices/removed', { method: 'DELETE' })).toMatchObject({ status: 204 });
    await disableDevice(host, `disabled-${bob.userId}`);

    const message = await when.sendsByFrame(alice, conversation, 'hello');
    const pushes = await pushesOf(message.id, 1);
    expect(pushes.map(({ deviceToken }) => deviceToken)).toEqual([`good-${bob.userId}`]);
    await eventually('the disabled device’s end', async () => {
      const { body } = await when.calls<{ devices: object[] }>(bob, '/users/me/devices');
      return 'devices' in body && body.devices.length === 1 ? body : undefined;
    });
  });

  test('that changes hands is pushed to for its new owner alone', async () => {
    const [alice, bob] = [await given.user(host, 'alice'), await given.absentUser(host, 'bob')];
    const carol = await given.absentUser(host, 'carol');
    const conversation = await given.group(alice, [bob, carol]);
    await given.device(bob, 'phone', 'fcm', `shared-${bob.userId}`);
    await given.device(carol, 'phone', 'fcm', `shared-${bob.userId}`);
    await given.device(bob, 'tablet', 'fcm', `own-${bob.userId}`);

    const message = await when.sendsByFrame(alice, conversation, 'hello');
    const pushes = await pushesOf(message.id, 2);
    expect(pushes.map(({ deviceToken }) => deviceToken).toSorted()).toEqual([
      `own-${bob.userId}`,
      `shared-${bob.userId}`,
    ]);
  });

  test('has a token that is never shown again', async () => {
    const bob = await given.absentUser(host, 'bob');
    await given.device(bob, 'phone', 'fcm', 'a-secret-token');
    const { body } = await when.calls(bob, '/users/me/devices');
    expect(JSON.stringify(body)).not.toContain('a-secret-token');
  });
});

async function changes(
  user: given.AbsentUser | undefined,
  { path, ...call }: { path: string; method: string; body?: object },
) {
  if (!user) throw new Error('there is no such user');
  const { status } = await when.calls(user, path, call);
  expect(status).toBeLessThan(300);
}

const pushesOf = (messageId: string, count: number): Promise<Published[]> =>
  eventually(`${count} pushes`, async () => {
    const pushes = (await publishedBy(host)).filter(({ message }) => message.includes(`\\"${messageId}\\"`));
    return pushes.length >= count ? pushes : undefined;
  });

/** Of users whose devices have their id as token, without what makes it unique. */
const namesOf = (pushes: Published[]) => pushes.map(({ deviceToken }) => deviceToken?.split('-')[0]).toSorted();

const clockAt = (ms: number) => new Date(ms).toISOString().slice(11, 16);

/** `arn:aws:sns:<region>:<account>:endpoint/<platform>/<application>/<id>` */
const platformOf = (target: string) => target.split('/')[1];

const payloadsFor = (pushes: Published[], platform: string) =>
  pushes
    .filter(({ target }) => platformOf(target) === platform)
    .map(({ message }) => JSON.parse(JSON.parse(message)[platform]));
