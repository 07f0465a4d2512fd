import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, type Published, publishedBy } from '../helpers/client-local.ts';
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
    await given.device(bob, 'phone', 'fcm', 'token-of-bob');
    await given.device(carol, 'phone', 'fcm', 'token-of-carol');
    await given.device(carol, 'tablet', 'apns', 'c0ffee');
    const conversation = await given.group(alice, [bob, carol], 'Lunch');

    const message = await when.sendsByFrame(alice, conversation, 'Noodles at noon?');
    await then.receives(bob.socket, message);
    const pushes = await pushesOf(message.id, 2);

    const data = { conversationId: conversation, messageId: message.id, seq: '1' };
    expect(payloadsFor(pushes, 'GCM')).toEqual([
      {
        fcmV1Message: {
          message: {
            notification: { title: 'Lunch', body: 'Noodles at noon?' },
            data,
            android: { priority: 'high', collapse_key: conversation },
          },
        },
      },
    ]);
    expect(payloadsFor(pushes, 'APNS')).toEqual([
      {
        aps: { alert: { title: 'Lunch', body: 'Noodles at noon?' }, sound: 'default', 'thread-id': conversation },
        ...data,
      },
    ]);
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

describe('a device', () => {
  test('that is removed is pushed to no more', async () => {
    const [alice, bob] = [await given.user(host, 'alice'), await given.absentUser(host, 'bob')];
    const conversation = await given.directConversation(alice, bob);
    await given.device(bob, 'phone', 'fcm', 'token-of-bobs-phone');
    await given.device(bob, 'tablet', 'apns', 'beef');
    expect(await when.calls(bob, '/users/me/devices/phone', { method: 'DELETE' })).toMatchObject({ status: 204 });
    expect((await when.calls(bob, '/users/me/devices')).body).toMatchObject({ devices: [{ deviceId: 'tablet' }] });

    const message = await when.sendsByFrame(alice, conversation, 'hello');
    const pushes = await pushesOf(message.id, 1);
    // Both devices would have been told side by side, the first of them first.
    expect(pushes.map(({ target }) => platformOf(target))).toEqual(['APNS']);
  });

  test('has a token that is never shown again', async () => {
    const bob = await given.absentUser(host, 'bob');
    await given.device(bob, 'phone', 'fcm', 'a-secret-token');
    const { body } = await when.calls(bob, '/users/me/devices');
    expect(JSON.stringify(body)).not.toContain('a-secret-token');
  });
});

const pushesOf = (messageId: string, count: number): Promise<Published[]> =>
  eventually(`${count} pushes`, async () => {
    const pushes = (await publishedBy(host)).filter(({ message }) => message.includes(messageId));
    return pushes.length >= count ? pushes : undefined;
  });

/** `arn:aws:sns:<region>:<account>:endpoint/<platform>/<application>/<id>` */
const platformOf = (target: string) => target.split('/')[1];

const payloadsFor = (pushes: Published[], platform: string) =>
  pushes
    .filter(({ target }) => platformOf(target) === platform)
    .map(({ message }) => JSON.parse(JSON.parse(message)[platform]));
