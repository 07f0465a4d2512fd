import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTable } from '../../../lambdas/data/client.ts';
import { connectionStore } from '../../../lambdas/data/connection-store.ts';
import { connectionsKey } from '../../../lambdas/data/keys.ts';
import { tableName } from '../../helpers/database.ts';
import { freezeTime } from '../../helpers/frozen-time.ts';
import { type Caller, textOf } from './backend.ts';
import { type PresenceScene, startPresence } from './presence-scene.ts';

const second = 1_000;
const hour = 3_600 * second;
let scene: PresenceScene;

beforeAll(async () => {
  scene = await startPresence();
});
afterAll(() => scene.close());
const output = freezeTime();

const closeAll = ({ userId, connectionId }: Caller) =>
  connectionStore(openTable(tableName)).closeAll(userId, [connectionId], Date.now());

const statusesIn = async (asker: Caller, ...others: Caller[]) => {
  const { body } = await scene.ask(asker, ...others.map(({ userId }) => userId));
  return body.presence.map(({ status }) => status);
};

describe('the other side of a direct conversation hears', () => {
  test('of several devices only what the user is: away once nobody looks at any, offline once all are gone', async () => {
    const [ann, bob] = await scene.pair();
    const tablet = await scene.connected(ann, 'tablet');
    const before = scene.heardOf(bob).length;
    const heard = async (ms = second) => {
      await scene.pass(ms);
      return scene.heardOf(bob).slice(before);
    };
    await scene.set(ann, 'away');
    expect(await heard()).toEqual([]);
    await scene.set(tablet, 'away');
    expect(await heard()).toEqual(['ann away']);
    await scene.set(tablet, 'online');
    expect(await heard()).toEqual(['ann away', 'ann online']);
    await scene.disconnect(tablet);
    expect(await heard(8 * second)).toEqual(['ann away', 'ann online']);
    expect(await heard(3 * second)).toEqual(['ann away', 'ann online', 'ann away']);
    await scene.disconnect(ann);
    expect(await heard(8 * second)).toHaveLength(3);
    expect((await heard(3 * second)).at(-1)).toBe('ann offline');
    await scene.connect({ ...ann, connectionId: `${ann.connectionId} again` });
    expect((await heard()).slice(-2)).toEqual(['ann offline', 'ann online']);
  });

  test('nothing of a late word that an old connection is gone', async () => {
    const [ann, bob] = await scene.pair();
    const before = scene.heardOf(bob).length;
    await scene.connected(ann, 'new phone');
    await scene.disconnect(ann);
    await scene.disconnect(ann);
    await scene.pass(20 * second);
    expect(scene.heardOf(bob).slice(before)).toEqual([]);
    expect(await statusesIn(bob, ann)).toEqual(['online']);
  });

  test('nothing while one has blocked the other, whichever, and no more of before', async () => {
    const [ann, bob] = await scene.pair();
    await scene.block('PUT', ann, bob);
    const before = [scene.heardOf(ann).length, scene.heardOf(bob).length];
    for (const one of [ann, bob]) await scene.set(one, 'away');
    await scene.pass(second);
    expect([scene.heardOf(ann).length, scene.heardOf(bob).length]).toEqual(before);
    for (const one of [ann, bob]) await scene.disconnect(one);
    await scene.pass(20 * second);
    const never = { status: 'offline' };
    expect((await scene.ask(bob, ann.userId)).body.presence).toEqual([{ userId: ann.userId, ...never }]);
    expect((await scene.ask(ann, bob.userId)).body.presence).toEqual([{ userId: bob.userId, ...never }]);

    await scene.block('DELETE', ann, bob);
    const [known] = (await scene.ask(bob, ann.userId)).body.presence;
    expect(known?.lastSeenAt).toMatch(/Z$/);
  });
});

describe('of a device that keeps dying and coming back within the grace, the other side hears', () => {
  async function blink(device: Caller): Promise<Caller> {
    let current = device;
    for (let n = 0; n < 6; n += 1) {
      await scene.disconnect(current);
      await scene.pass(second);
      current = { ...current, connectionId: `${device.connectionId} ${n}` };
      await scene.connect(current);
      await scene.pass(second);
    }
    return current;
  }

  test('nothing beside another that nobody looks at; and once it stays away, that the user is', async () => {
    const [ann, bob] = await scene.pair();
    await scene.set(ann, 'away');
    await scene.pass(second);
    const before = scene.heardOf(bob).length;
    const tablet = await blink(await scene.connected(ann, 'tablet'));
    expect(scene.heardOf(bob).slice(before)).toEqual(['ann online']);
    await scene.disconnect(tablet);
    await scene.pass(8 * second);
    expect(scene.heardOf(bob).slice(before)).toEqual(['ann online']);
    await scene.pass(10 * second);
    expect(scene.heardOf(bob).slice(before)).toEqual(['ann online', 'ann away']);
  });

  test('nothing of who was away once, and is not now', async () => {
    const [ann, bob] = await scene.pair();
    for (const status of ['away', 'online']) {
      await scene.set(ann, status);
      await scene.pass(second);
    }
    const before = scene.heardOf(bob).length;
    await blink(ann);
    await scene.pass(20 * second);
    expect(scene.heardOf(bob).slice(before)).toEqual([]);
  });

  test('that they are online, once, of who was away when it died', async () => {
    const [ann, bob] = await scene.pair();
    await scene.set(ann, 'away');
    await scene.pass(second);
    const before = scene.heardOf(bob).length;
    await blink(ann);
    await scene.pass(20 * second);
    expect(scene.heardOf(bob).slice(before)).toEqual(['ann online']);
  });

  test('that they are online of who comes back after all their connections were closed', async () => {
    const [ann, bob] = await scene.pair();
    const before = scene.heardOf(bob).length;
    await scene.set(ann, 'away');
    await scene.pass(second);
    await closeAll(ann);
    await scene.pass(second);
    await scene.connected(ann, 'tablet');
    await scene.pass(20 * second);
    expect(scene.heardOf(bob).slice(before)).toEqual(['ann away', 'ann online']);
  });
});

describe('of who shares a group', () => {
  test('those who look at it hear, and nobody else: not members elsewhere, not strangers, not oneself', async () => {
    const [ann, bob, cyd, dan] = await Promise.all(['ann', 'bob', 'cyd', 'dan'].map((name) => scene.user(name)));
    if (!ann || !bob || !cyd || !dan) throw new Error('nobody is missing');
    const group = await scene.group(ann, bob, cyd);
    const tablet = await scene.connected(ann, 'tablet');
    await scene.pass(second);
    for (const one of [bob, ann, tablet]) await scene.join(one, group);
    await scene.disconnect(tablet);
    await scene.disconnect(ann);
    await scene.pass(20 * second);
    expect([bob, cyd, dan, ann, tablet].map((one) => scene.heardOf(one))).toEqual([['ann offline'], [], [], [], []]);
  });

  test('those whom one has blocked hear nothing there either', async () => {
    const [ann, bob] = [await scene.user('ann'), await scene.user('bob')];
    await scene.join(bob, await scene.group(ann, bob));
    await scene.block('PUT', ann, bob);
    await scene.disconnect(ann);
    await scene.pass(20 * second);
    expect(scene.heardOf(bob)).toEqual([]);
  });
});

describe('who asks', () => {
  test('is told of those with whom they share a conversation, in the order asked for', async () => {
    const [ann, bob] = await scene.pair();
    const [cyd, stranger] = [await scene.user('cyd'), await scene.user('dan')];
    await scene.group(ann, cyd);
    await scene.set(cyd, 'away');
    expect(await statusesIn(ann, stranger, cyd, bob, ann)).toEqual(['offline', 'away', 'online', 'online']);
    expect(await statusesIn(stranger, ann, bob)).toEqual(['offline', 'offline']);
  });

  test.each([
    ['nobody', ''],
    ['somebody without a name', 'ann,,bob'],
    ['more than a hundred', Array.from({ length: 101 }, (_, n) => `user-${n}`).join(',')],
  ])('for %s is refused', async (_, userIds) => {
    const { status, body } = await scene.ask({ userId: 'ann' }, userIds);
    expect([status, body.code, body.errors?.[0]?.path]).toEqual([
      400,
      'VALIDATION_FAILED',
      expect.stringMatching(/^userIds/),
    ]);
  });
});

describe('a connection that is gone without a word', () => {
  test('ends at read with its own time, and for others when the table cleans up; when it was is not lost', async () => {
    const [ann, bob] = await scene.pair();
    const before = scene.heardOf(bob).length;
    const endsAt = Date.now() + 2 * hour;
    await scene.pass(2 * hour);
    expect(await statusesIn(bob, ann)).toEqual(['offline']);
    expect(scene.heardOf(bob)).toHaveLength(before);

    await scene.connected(bob, 'tablet');
    await scene.expire(ann);
    await scene.pass(11 * second);
    const [{ lastSeenAt = '' } = {}] = (await scene.ask(bob, ann.userId)).body.presence;
    expect(Date.parse(lastSeenAt)).toBeLessThanOrEqual(endsAt);
    expect(await scene.database.itemOf(connectionsKey(ann.userId))).toEqual({
      ...connectionsKey(ann.userId),
      entity: 'connections',
      lastSeenAtMs: Date.parse(lastSeenAt),
      ttl: expect.any(Number),
    });
    const tablet = { ...bob, connectionId: `tablet of ${bob.userId}` };
    expect(scene.heardOf(tablet)).toContain('ann offline');
  });

  test('is found out by the first post that meets a 410', async () => {
    const [ann, bob] = await scene.pair();
    await scene.pass(20 * second);
    scene.backend.connections.answers.set(ann.connectionId, {
      status: 410,
      headers: { 'x-amzn-errortype': 'GoneException' },
      body: '{}',
    });
    const before = scene.heardOf(bob).length;
    const { body } = await scene.backend.create(bob.userId, { type: 'direct', userId: ann.userId });
    await scene.backend.send(bob.userId, body.conversation.id, textOf('hello'));
    await scene.pass(12 * second);
    expect(scene.heardOf(bob).slice(before)).toEqual(['ann offline']);
  });

  test('can say no more of itself', async () => {
    const [ann] = await scene.pair();
    await scene.disconnect(ann);
    expect(await scene.set(ann, 'away')).toMatchObject({ ok: false, error: { code: 'UNAUTHENTICATED' } });
  });
});

describe('when all connections drop at once', () => {
  const crowdSize = 30;

  async function crowd(): Promise<{ eve: Caller; all: Caller[] }> {
    const eve = await scene.user('eve');
    const all: Caller[] = [];
    for (let n = 0; n < crowdSize; n += 1) {
      const user = await scene.user(`u${n}`);
      await scene.direct(user, eve);
      all.push(user);
    }
    await scene.pass(20 * second);
    return { eve, all };
  }
  const again = (caller: Caller) => ({ ...caller, connectionId: `${caller.connectionId} again` });
  const callsOf = (operation: string) =>
    output.lines().flatMap((line) => (line.operation === operation ? Number(line.tableCalls) : []));

  test('and come back within the grace, nobody hears of it, and each reconnect is one write', async () => {
    const { eve, all } = await crowd();
    const before = scene.heardOf(eve).length;
    const connects = callsOf('connection.open').length;
    for (const user of all) await scene.disconnect(user);
    await scene.pass(5 * second);
    for (const user of all) await scene.connect(again(user));
    await scene.pass(20 * second);
    expect(scene.heardOf(eve)).toHaveLength(before);
    expect(callsOf('connection.open').slice(connects)).toEqual(all.map(() => 1));
    expect(await statusesIn(eve, ...all)).toEqual(all.map(() => 'online'));
  });

  test('and stay away for longer, it is one word for each that goes and for each that comes, in a few frames', async () => {
    const { eve, all } = await crowd();
    const [before, frames] = [scene.heardOf(eve).length, scene.backend.postsTo(eve.connectionId).length];
    for (const user of all) await scene.disconnect(user);
    await scene.pass(30 * second);
    for (const user of all) await scene.connect(again(user));
    await scene.pass(20 * second);
    const heard = scene.heardOf(eve).slice(before);
    const words = all.map((_, n) => `u${n}`);
    expect(heard.toSorted()).toEqual(words.flatMap((name) => [`${name} offline`, `${name} online`]).toSorted());
    expect(scene.backend.postsTo(eve.connectionId).length - frames).toBe((2 * crowdSize) / 10);
  });
});
