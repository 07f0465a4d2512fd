import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { PresenceList } from '../../contract/live.ts';
import { bodyOf } from '../helpers/client-http.ts';
import { advanceClock, clearFaults, deliverDisconnects, eventually, setFault } from '../helpers/client-local.ts';
import type { ChatSocket } from '../helpers/client-socket.ts';
import { startHost, type TestHost } from '../helpers/host.ts';
import * as given from '../helpers/steps-given.ts';
import * as then from '../helpers/steps-then.ts';
import * as when from '../helpers/steps-when.ts';

let host: TestHost;
beforeAll(async () => {
  host = await startHost();
});
afterAll(() => host.stop());
afterEach(async () => {
  await clearFaults(host);
  await deliverDisconnects(host, true);
});

const aDay = 24 * 3_600;

/** Ann with three devices, and bob who writes to her directly and has heard that she is there. */
async function annAndBob() {
  const [ann, bob] = [await someone('ann'), await someone('bob')];
  const conversation = await given.directConversation(bob, ann);
  const bobsPhone = await given.connection(bob);
  const devices = [await given.connection(ann), await given.connection(ann), await given.connection(ann)] as const;
  await hears(bobsPhone, ann, 'online');
  return { ann, bob, bobsPhone, devices, conversation };
}

async function someone(name: string): Promise<given.AbsentUser> {
  const absent = await given.absentUser(host, name);
  return { ...absent, token: await host.token(absent.userId, { expiresInSeconds: aDay }) };
}

const statusesHeard = (socket: ChatSocket, { userId }: given.AbsentUser): string[] =>
  socket
    .events()
    .flatMap((event) => (event.type === 'presence.changed' && event.data.userId === userId ? event.data.status : []));

const hears = (socket: ChatSocket, user: given.AbsentUser, status: string) =>
  socket.frames.until(`${user.userId} ${status}`, () => statusesHeard(socket, user).at(-1) === status);

/** Moves the clock on, a second at a time, until it is so: how far, the caller says. */
const hearsWithin = (seconds: number, socket: ChatSocket, user: given.AbsentUser, status: string) => {
  let left = seconds;
  return eventually(`${user.userId} ${status}`, async () => {
    if (statusesHeard(socket, user).at(-1) === status) return true;
    if (left > 0) await advanceClock(host, 1);
    left -= 1;
    return undefined;
  });
};

async function statusOf(asker: given.AbsentUser, { userId }: given.AbsentUser) {
  const { presence } = bodyOf(await when.calls<PresenceList>(asker, `/presence?userIds=${encodeURIComponent(userId)}`));
  return presence[0]?.status;
}
const isOffline = (asker: given.AbsentUser, user: given.AbsentUser) =>
  eventually(`${user.userId} is offline`, async () => (await statusOf(asker, user)) === 'offline' || undefined);

describe('of three devices, others hear that all are gone, and only then:', () => {
  test('two are closed and one is killed', async () => {
    const { ann, bob, bobsPhone, devices } = await annAndBob();
    const [phone, tablet, laptop] = devices;
    await phone.close();
    laptop.terminate();
    await tablet.request('presence.set', { status: 'away' });
    // At once where the others had gone before the tablet's word, else after the grace: of them nothing else was said.
    await hearsWithin(15, bobsPhone, ann, 'away');
    expect(statusesHeard(bobsPhone, ann)).toEqual(['online', 'away']);

    await tablet.close();
    await isOffline(bob, ann);
    await hearsWithin(15, bobsPhone, ann, 'offline');
    expect(statusesHeard(bobsPhone, ann)).toEqual(['online', 'away', 'offline']);
  });

  test('one is killed and nobody is told: the next message to it finds out', async () => {
    const { ann, bob, bobsPhone, devices, conversation } = await annAndBob();
    await deliverDisconnects(host, false);
    for (const device of devices) device.terminate();
    await deliverDisconnects(host, true);
    expect(await statusOf(bob, ann)).toBe('online');

    // A connection that has just been opened may say that it is gone while it is still opening.
    await advanceClock(host, 11);
    await when.sendsByHttp(bob, conversation, 'Are you there?');
    await isOffline(bob, ann);
    await hearsWithin(15, bobsPhone, ann, 'offline');
  });

  test('all are killed and nobody is told: at read after two hours, and for others when the table cleans up', async () => {
    const { ann, bob, devices } = await annAndBob();
    await deliverDisconnects(host, false);
    for (const device of devices) device.terminate();
    expect(await statusOf(bob, ann)).toBe('online');

    await advanceClock(host, 2 * 3_600);
    expect(await statusOf(bob, ann)).toBe('offline');
    const bobsPhone = await given.connection(bob);
    await hearsWithin(300, bobsPhone, ann, 'offline');
    const { presence } = bodyOf(await when.calls<PresenceList>(bob, `/presence?userIds=${ann.userId}`));
    expect(presence).toEqual([{ userId: ann.userId, status: 'offline', lastSeenAt: expect.stringMatching(/Z$/) }]);
  });
});

describe('presence in trouble', () => {
  test('holds up no message, and comes when it is over', async () => {
    const { ann, bob, bobsPhone, devices, conversation } = await annAndBob();
    await setFault(host, {
      service: 'dynamodb',
      operation: 'BatchGetItem',
      function: 'TellPresence',
      error: 'InternalServerError',
      times: 1_000,
    });
    for (const device of devices)
      expect(await device.request('presence.set', { status: 'away' })).toMatchObject({ ok: true });
    const message = await when.sendsByHttp(ann, conversation, 'Hello');
    await then.receives(bobsPhone, message);
    expect(statusesHeard(bobsPhone, ann)).toEqual(['online']);
    expect(await statusOf(bob, ann)).toBe('away');

    await clearFaults(host);
    await hearsWithin(90, bobsPhone, ann, 'away');
  });
});
