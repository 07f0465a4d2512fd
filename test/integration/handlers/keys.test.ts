import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { userPK } from '../../../lambdas/data/keys.ts';
import { freezeTime } from '../../helpers/frozen-time.ts';
import type { Caller } from './backend.ts';
import { keyCalls, keysOf, oneTimeKey, upTo } from './key-calls.ts';
import { type PresenceScene, startPresence } from './presence-scene.ts';

const second = 1_000;
let scene: PresenceScene;
let keys: Awaited<ReturnType<typeof keyCalls>>;

beforeAll(async () => {
  scene = await startPresence();
  keys = await keyCalls();
});
afterAll(() => scene.close());
const output = freezeTime();

const left = async (user: Caller) =>
  (await keys.show(user, 'me')).body.keys.map(({ deviceId, oneTimeKeysLeft }) => [deviceId, oneTimeKeysLeft]);
/** The id of the one-time key of each device, or why there is none. */
const claimed = async (caller: Caller, of: Caller | 'me', body = {}) =>
  (await keys.claim(caller, of, body)).body.keys.map(
    ({ oneTimeKey, isExhausted }) => oneTimeKey?.keyId ?? (isExhausted && 'none left'),
  );
const oneTimeItems = async ({ userId }: Caller) =>
  (await scene.database.partition(userPK(userId))).filter(({ entity }) => entity === 'oneTimeKey');
const heard = (caller: Caller) =>
  scene.heardBy(caller).filter(({ type }) => type.startsWith('keys.')) as { type: string; data: unknown }[];

describe('the keys of a device', () => {
  test('are saved, shown to whom one writes, and to oneself with what is left', async () => {
    const [ann, bob] = await scene.pair();
    const { identityKey, signedPreKey } = keysOf('YW5u');
    const saved = await keys.save(ann, 'phone', keysOf('YW5u', 1, 2, 3));
    const shown = { deviceId: 'phone', identityKey, signedPreKey };
    expect(saved).toEqual({ status: 200, body: { keys: { ...shown, oneTimeKeysLeft: 3 } } });
    expect((await keys.show(bob, ann)).body).toEqual({ keys: [shown] });
    expect((await keys.show(ann, ann)).body).toEqual({ keys: [{ ...shown, oneTimeKeysLeft: 3 }] });
  });

  test('saved again are the same, and a new signed pre-key takes the place of the old', async () => {
    const [ann, bob] = await scene.pair();
    for (let n = 0; n < 2; n += 1) await keys.save(ann, 'phone', keysOf('YW5u', 1, 2));
    expect(await left(ann)).toEqual([['phone', 2]]);
    const renewed = { keyId: 2, publicKey: 'bmV3', signature: 'bmV3' };
    await keys.save(ann, 'phone', { ...keysOf('YW5u'), signedPreKey: renewed });
    expect((await keys.show(bob, ann)).body.keys[0]?.signedPreKey).toEqual(renewed);
    expect(await left(ann)).toEqual([['phone', 2]]);
  });

  test('a one-time key that was claimed never comes back, however often it is given', async () => {
    const [ann, bob] = await scene.pair();
    await keys.save(ann, 'phone', keysOf('YW5u', 5, 7));
    expect((await claimed(bob, ann)).concat(await claimed(bob, ann)).toSorted()).toEqual([5, 7]);
    expect((await keys.save(ann, 'phone', keysOf('YW5u', 5, 6, 7, 8))).body.keys.oneTimeKeysLeft).toBe(1);
    expect(await claimed(bob, ann)).toEqual([8]);
    expect(await claimed(bob, ann)).toEqual(['none left']);
  });

  test('another identity makes an end of all one-time keys before it, and its own begin anew', async () => {
    const [ann, bob] = await scene.pair();
    await keys.save(ann, 'phone', keysOf('YW5u', 1, 2, 3));
    expect((await keys.save(ann, 'phone', keysOf('bmV3', 2))).body.keys.oneTimeKeysLeft).toBe(1);
    expect(await oneTimeItems(ann)).toHaveLength(1);
    expect((await keys.claim(bob, ann)).body.keys).toMatchObject([{ identityKey: 'bmV3', oneTimeKey: oneTimeKey(2) }]);
    expect(await claimed(bob, ann)).toEqual(['none left']);
  });

  test('are removed whole, and removing them again is done already', async () => {
    const [ann, bob] = await scene.pair();
    await keys.save(ann, 'phone', keysOf('YW5u', 1, 2, 3));
    for (let n = 0; n < 2; n += 1) expect((await keys.remove(ann, 'phone')).status).toBe(204);
    expect((await keys.show(bob, ann)).body).toEqual({ keys: [] });
    expect(await oneTimeItems(ann)).toEqual([]);
  });

  test('of many characters in its id are its own', async () => {
    const [ann, bob] = await scene.pair();
    const deviceIds = ['a#b', 'a%23b', 'a', '手机'];
    for (const [n, deviceId] of deviceIds.entries()) await keys.save(ann, deviceId, keysOf('YW5u', n));
    expect(
      (await claimed(bob, ann, { deviceIds: ['a#b'] })).concat(await claimed(bob, ann, { deviceIds: ['a'] })),
    ).toEqual([0, 2]);
    expect(await left(ann)).toHaveLength(4);
  });
});

describe('the bounds', () => {
  test('100 keys a call, 200 a device; a call that is too much adds nothing', async () => {
    const [ann] = await scene.pair();
    expect((await keys.save(ann, 'phone', keysOf('YW5u', ...upTo(100)))).status).toBe(200);
    const second = upTo(100).map((n) => 100 + n);
    expect((await keys.save(ann, 'phone', keysOf('YW5u', ...second))).body.keys.oneTimeKeysLeft).toBe(200);
    expect((await keys.save(ann, 'phone', keysOf('YW5u', 200))).body.code).toBe('CONFLICT');
    expect((await keys.save(ann, 'phone', keysOf('YW5u', ...upTo(101)))).body.errors?.[0]?.path).toBe('oneTimeKeys');
    expect(await left(ann)).toEqual([['phone', 200]]);
  });

  test('20 devices, however many come at the same moment; one that is removed makes room', async () => {
    const [ann] = await scene.pair();
    const answers = await Promise.all(upTo(24).map((n) => keys.save(ann, `device-${n}`, keysOf('YW5u'))));
    const refused = answers.flatMap(({ status, body }) => (status === 200 ? [] : [body.code]));
    const devices = await left(ann);
    expect(devices).toHaveLength(20);
    expect(refused).toEqual(Array(4).fill('CONFLICT'));
    await keys.remove(ann, String(devices[0]?.[0]));
    expect((await keys.save(ann, 'another', keysOf('YW5u'))).status).toBe(200);
    expect((await keys.save(ann, 'one more', keysOf('YW5u'))).body.code).toBe('CONFLICT');
  });

  test.each([
    ['identityKey', { ...keysOf('YW5u'), identityKey: 'not base64!' }],
    ['identityKey', { ...keysOf('YW5u'), identityKey: 'x'.repeat(513) }],
    ['signedPreKey.signature', { ...keysOf('YW5u'), signedPreKey: { keyId: 1, publicKey: 'AAAA' } }],
    ['oneTimeKeys[0].keyId', { ...keysOf('YW5u'), oneTimeKeys: [{ keyId: -1, publicKey: 'AAAA' }] }],
    ['oneTimeKeys', keysOf('YW5u', 1, 1)],
    ['privateKey', { ...keysOf('YW5u'), privateKey: 'AAAA' }],
  ])('what is wrong is named: %s', async (path, body) => {
    const [ann] = await scene.pair();
    const { status, body: problem } = await keys.save(ann, 'phone', body);
    expect({ status, paths: problem.errors?.map((error) => error.path) }).toEqual({ status: 400, paths: [path] });
  });
});

describe('claiming', () => {
  test('50 at the same moment of 20 keys are 20 different keys, and 30 that are told there is none', async () => {
    const [ann, bob] = await scene.pair();
    await keys.save(ann, 'phone', keysOf('YW5u', ...upTo(20)));
    const outcomes = (await Promise.all(upTo(50).map(() => claimed(bob, ann)))).flat();
    const given = outcomes.filter((outcome) => typeof outcome === 'number');
    expect(given.toSorted((one, other) => one - other)).toEqual(upTo(20));
    expect(outcomes.filter((outcome) => outcome === 'none left')).toHaveLength(30);
    expect(await left(ann)).toEqual([['phone', 0]]);
  });

  test('while the same keys are given again and again hands none out twice', async () => {
    const [ann, bob] = await scene.pair();
    const give = () => keys.save(ann, 'phone', keysOf('YW5u', ...upTo(30)));
    await give();
    const [outcomes] = await Promise.all([
      Promise.all(upTo(40).map(() => claimed(bob, ann))),
      Promise.all(upTo(5).map(give)),
    ]);
    const given = outcomes.flat().filter((outcome) => typeof outcome === 'number');
    expect(given.toSorted((one, other) => one - other)).toEqual(upTo(30));
  });

  test('takes a key of every device, or of those named, and of a user’s own too', async () => {
    const [ann, bob] = await scene.pair();
    for (const [n, deviceId] of ['laptop', 'phone', 'tablet'].entries())
      await keys.save(ann, deviceId, keysOf('YW5u', n, n + 10));
    expect((await claimed(bob, ann, { deviceIds: ['phone', 'phone', 'unknown'] })).length).toBe(1);
    expect(await left(ann)).toEqual([
      ['laptop', 2],
      ['phone', 1],
      ['tablet', 2],
    ]);
    await claimed(ann, 'me');
    expect((await left(ann)).map(([, count]) => count)).toEqual([1, 0, 1]);
  });

  test('is for those who share a conversation; to all others everybody is like somebody without keys', async () => {
    const [ann, bob] = await scene.pair();
    const [cyd, dan] = [await scene.user('cyd'), await scene.user('dan')];
    await scene.group(ann, cyd);
    await keys.save(ann, 'phone', keysOf('YW5u', ...upTo(20)));
    expect(await claimed(cyd, ann)).toHaveLength(1);
    const nothing = { status: 200, body: { keys: [] } };
    const nobody = { userId: 'nobody' };
    expect([await keys.claim(dan, ann), await keys.show(dan, ann)]).toEqual([nothing, nothing]);
    expect([await keys.claim(dan, nobody), await keys.show(dan, nobody)]).toEqual([nothing, nothing]);
    for (const [one, other] of [
      [ann, bob],
      [cyd, ann],
    ] as const) {
      await scene.block('PUT', one, other);
    }
    for (const blocked of [bob, cyd])
      expect([await keys.claim(blocked, ann), await keys.show(blocked, ann)]).toEqual([nothing, nothing]);
    expect(await left(ann)).toEqual([['phone', 19]]);
  });
});

describe('events', () => {
  test('a new device, another identity and a removal are told to partners and to oneself; new pre-keys are not', async () => {
    const [ann, bob] = await scene.pair();
    const stranger = await scene.user('eve');
    const changed = { type: 'keys.changed', at: expect.any(String), data: { userId: ann.userId, deviceId: 'phone' } };
    const steps = [
      () => keys.save(ann, 'phone', keysOf('YW5u', 1)),
      () => keys.save(ann, 'phone', keysOf('YW5u', 1, 2)),
      () =>
        keys.save(ann, 'phone', { ...keysOf('YW5u'), signedPreKey: { keyId: 2, publicKey: 'AA', signature: 'AA' } }),
      () => keys.save(ann, 'phone', keysOf('bmV3', 1)),
      () => keys.remove(ann, 'phone'),
    ];
    const counts: number[] = [];
    for (const step of steps) {
      await step();
      await scene.pass(second);
      counts.push(heard(bob).length);
    }
    expect(counts).toEqual([1, 1, 1, 2, 3]);
    expect(heard(bob)).toEqual(Array(3).fill(changed));
    expect(heard(ann)).toEqual(heard(bob));
    expect(heard(stranger)).toEqual([]);
  });

  test('of fewer than ten left the owner hears, and nobody else', async () => {
    const [ann, bob] = await scene.pair();
    await keys.save(ann, 'phone', keysOf('YW5u', ...upTo(11)));
    await scene.pass(second);
    const before = [heard(ann).length, heard(bob).length];
    await claimed(bob, ann);
    await scene.pass(second);
    expect([heard(ann).length, heard(bob).length]).toEqual(before);
    await claimed(bob, ann);
    await scene.pass(second);
    expect(heard(ann).slice(before[0])).toEqual([
      { type: 'keys.low', at: expect.any(String), data: { deviceId: 'phone', left: 9 } },
    ]);
    expect(heard(bob)).toHaveLength(before[1] ?? -1);
  });

  test('who is blocked hears nothing', async () => {
    const [ann, bob] = await scene.pair();
    await scene.block('PUT', bob, ann);
    await keys.save(ann, 'phone', keysOf('YW5u', 1));
    await scene.pass(second);
    expect(heard(bob)).toEqual([]);
  });
});

test('no log line has a key in it', async () => {
  const [ann, bob] = await scene.pair();
  const canary = 'Y2FuYXJ5';
  await keys.save(ann, 'phone', { ...keysOf(canary, 1), oneTimeKeys: [{ keyId: 1, publicKey: canary }] });
  await claimed(bob, ann);
  await keys.save(ann, 'phone', { ...keysOf(canary), signedPreKey: canary });
  expect(output.text()).toContain('claim');
  expect(output.text()).not.toContain(canary);
});
