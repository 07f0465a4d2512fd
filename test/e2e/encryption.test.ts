import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ClaimedKeysList, DeviceKeys } from '../../contract/keys.ts';
import { bodyOf } from '../helpers/client-http.ts';
import { eventsOnBus, eventually, publishedBy } from '../helpers/client-local.ts';
import type { ChatSocket } from '../helpers/client-socket.ts';
import { startHost, type TestHost } from '../helpers/host.ts';
import * as given from '../helpers/steps-given.ts';
import * as messages from '../helpers/steps-messages.ts';
import * as when from '../helpers/steps-when.ts';

let host: TestHost;
beforeAll(async () => {
  host = await startHost();
});
afterAll(() => host.stop());

const keysOf = (identityKey: string, count: number) => ({
  identityKey,
  signedPreKey: { keyId: 1, publicKey: 'c2lnbmVk', signature: 'c2lnbmF0dXJl' },
  oneTimeKeys: Array.from({ length: count }, (_, keyId) => ({ keyId, publicKey: 'b25jZQ==' })),
});

async function savesKeys(owner: given.AbsentUser, deviceId: string, body: object): Promise<DeviceKeys> {
  return bodyOf(await when.calls<{ keys: DeviceKeys }>(owner, `/users/me/keys/${deviceId}`, { method: 'PUT', body }))
    .keys;
}

async function claims(claimant: given.AbsentUser, { userId }: { userId: string }) {
  const call = { method: 'POST' };
  return bodyOf(await when.calls<ClaimedKeysList>(claimant, `/users/${userId}/keys/claim`, call)).keys;
}

/** The data of every event of this type so far, once there are so many. */
async function hears(socket: ChatSocket, type: 'keys.changed' | 'keys.low', count: number): Promise<unknown[]> {
  const heard = () => socket.events().flatMap((event) => (event.type === type ? [event.data] : []));
  await socket.frames.until(`${count} events ${type}`, () => heard().length >= count);
  return heard();
}

describe('keys of a device', () => {
  test('are told of, claimed by a partner, and asked for again when they run low', async () => {
    const [ann, bob] = [await given.user(host, 'ann'), await given.user(host, 'bob')];
    await given.directConversation(bob, ann);
    const changed = { userId: ann.userId, deviceId: 'phone' };
    expect((await savesKeys(ann, 'phone', keysOf('YW5u', 10))).oneTimeKeysLeft).toBe(10);
    expect(await hears(bob.socket, 'keys.changed', 1)).toEqual([changed]);

    expect(await claims(bob, ann)).toMatchObject([{ identityKey: 'YW5u', oneTimeKey: { publicKey: 'b25jZQ==' } }]);
    expect(await hears(ann.socket, 'keys.low', 1)).toEqual([{ deviceId: 'phone', left: 9 }]);

    await savesKeys(ann, 'phone', keysOf('bmV3', 1));
    expect(await hears(bob.socket, 'keys.changed', 2)).toEqual([changed, changed]);
    const removal = await when.calls(ann, '/users/me/keys/phone', { method: 'DELETE' });
    expect(removal.status).toBe(204);
    expect(await hears(bob.socket, 'keys.changed', 3)).toHaveLength(3);
    expect(await claims(bob, ann)).toEqual([]);
  });

  test('claimed 50 times at once are 20 for 20, and nothing for 30', async () => {
    const [ann, bob] = [await given.absentUser(host, 'ann'), await given.absentUser(host, 'bob')];
    await given.directConversation(bob, ann);
    await savesKeys(ann, 'phone', keysOf('YW5u', 20));
    const claimed = (await Promise.all(Array.from({ length: 50 }, () => claims(bob, ann)))).flat();
    const keyIds = claimed.flatMap(({ oneTimeKey }) => oneTimeKey?.keyId ?? []);
    expect(new Set(keyIds).size).toBe(20);
    expect(keyIds).toHaveLength(20);
    expect(claimed.filter(({ isExhausted }) => isExhausted)).toHaveLength(30);
    expect(await claims(ann, { userId: 'me' })).toMatchObject([{ deviceId: 'phone', isExhausted: true }]);
  });
});

test('what an encrypted message says, and what was said beside it, is seen by its readers alone', async () => {
  const canary = `canary${Date.now()}`;
  const [ann, bob] = [await given.user(host, 'ann'), await given.absentUser(host, 'bob')];
  await given.device(bob, 'phone', 'fcm', `token-of-${bob.userId}`);
  await given.device(bob, 'tablet', 'apns', `c0ffee${Date.now()}`);
  const conversation = await given.directConversation(ann, bob);
  const encrypted = { algorithm: 'x3dh', ciphertext: canary, recipients: { [bob.userId]: { phone: { key: canary } } } };
  const message = await messages.says(ann, conversation, { text: `${canary} beside`, encrypted });

  const pushes = await eventually('two pushes', async () => {
    const all = (await publishedBy(host)).filter((push) => push.message.includes(message.id));
    return all.length === 2 ? all : undefined;
  });
  const onBus = await eventually('the message on the bus', async () => {
    const all = (await eventsOnBus(host)).filter(({ detail }) => JSON.stringify(detail).includes(message.id));
    return all.some(({ detailType }) => detailType.includes('message.created')) ? all : undefined;
  });
  const lists = await when.lists(bob);
  const found = await when.calls<{ messages: unknown[] }>(bob, `/search/messages?q=${canary}`);

  for (const seen of [pushes, onBus, lists, found.body]) expect(JSON.stringify(seen)).not.toContain(canary);
  expect(lists.conversations[0]?.lastMessage).toMatchObject({ seq: 1, senderId: ann.userId, type: 'text' });
  expect(bodyOf(found).messages).toEqual([]);
  expect((await when.reads(bob, conversation)).messages[0]?.encrypted).toEqual(encrypted);
});
