import type { JSONWebKeySet } from 'jose';
import { describe, expect, test, vi } from 'vitest';
import { keySetsOf } from '../../../lambdas/edge/key-sets.ts';
import { fakeClock } from '../../helpers/fake-clock.ts';

const setOf = (kid: string): JSONWebKeySet => ({ keys: [{ kty: 'EC', kid }] });
const minute = 60_000;

/** A provider whose key set a test changes, and which it takes down. */
function provider() {
  const clock = fakeClock();
  const state = { keySet: setOf('first'), isDown: false };
  const fetchKeySet = vi.fn(async () => {
    if (state.isDown) throw new Error('down');
    return state.keySet;
  });
  return { clock, state, fetchKeySet, keySets: keySetsOf(fetchKeySet, clock) };
}

describe('the key set', () => {
  test('is not fetched before somebody needs it', () => {
    expect(provider().fetchKeySet).not.toHaveBeenCalled();
  });

  test('is fetched once, and kept for ten minutes', async () => {
    const { keySets, clock, fetchKeySet } = provider();
    await keySets.current();
    clock.advance(10 * minute - 1);
    expect(await keySets.current()).toEqual(setOf('first'));
    expect(fetchKeySet).toHaveBeenCalledTimes(1);
    clock.advance(1);
    await keySets.current();
    expect(fetchKeySet).toHaveBeenCalledTimes(2);
  });

  test('is fetched once for everybody who needs it at the same time', async () => {
    const { keySets, fetchKeySet } = provider();
    await Promise.all(Array.from({ length: 200 }, () => keySets.current()));
    expect(fetchKeySet).toHaveBeenCalledTimes(1);
  });

  test('withdraws a key when it is fetched again', async () => {
    const { keySets, clock, state } = provider();
    await keySets.current();
    state.keySet = setOf('second');
    clock.advance(10 * minute);
    expect(await keySets.current()).toEqual(setOf('second'));
  });
});

describe('an unknown key', () => {
  test('has the set fetched again, once the cooldown is over', async () => {
    const { keySets, clock, state, fetchKeySet } = provider();
    await keySets.current();
    state.keySet = setOf('second');
    clock.advance(30_000 - 1);
    expect(await keySets.renewed()).toEqual(setOf('first'));
    clock.advance(1);
    expect(await keySets.renewed()).toEqual(setOf('second'));
    expect(fetchKeySet).toHaveBeenCalledTimes(2);
  });

  test('a thousand times over costs one fetch', async () => {
    const { keySets, clock, fetchKeySet } = provider();
    await keySets.current();
    clock.advance(minute);
    for (let n = 0; n < 500; n += 1) await keySets.renewed();
    await Promise.all(Array.from({ length: 500 }, () => keySets.renewed()));
    expect(fetchKeySet).toHaveBeenCalledTimes(2);
  });

  test('for a quarter of an hour costs one fetch in each cooldown', async () => {
    const { keySets, clock, fetchKeySet } = provider();
    for (let second = 0; second < 15 * 60; second += 1) {
      await keySets.renewed();
      clock.advance(1_000);
    }
    expect(fetchKeySet).toHaveBeenCalledTimes(30);
  });
});

describe('while the provider is down', () => {
  test('the keys that it last had stay good for a day', async () => {
    const { keySets, clock, state } = provider();
    await keySets.current();
    state.isDown = true;
    clock.advance(24 * 60 * minute - 1);
    expect(await keySets.current()).toEqual(setOf('first'));
    expect(await keySets.renewed()).toEqual(setOf('first'));
    clock.advance(1);
    await expect(keySets.current()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(keySets.renewed()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  test('200 tokens with old keys cost one fetch', async () => {
    const { keySets, clock, state, fetchKeySet } = provider();
    await keySets.current();
    state.isDown = true;
    clock.advance(11 * minute);
    for (let n = 0; n < 200; n += 1) await keySets.current();
    expect(fetchKeySet).toHaveBeenCalledTimes(2);
  });

  test('200 tokens without any key cost one fetch in two seconds, and are told to come again', async () => {
    const { keySets, clock, state, fetchKeySet } = provider();
    state.isDown = true;
    for (let n = 0; n < 200; n += 1) {
      await expect(keySets.current()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      clock.advance(100);
    }
    expect(fetchKeySet).toHaveBeenCalledTimes(10);
  });

  test('and up again, the next try after the cooldown has its keys', async () => {
    const { keySets, clock, state } = provider();
    state.isDown = true;
    await expect(keySets.current()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    state.isDown = false;
    clock.advance(2_000);
    expect(await keySets.current()).toEqual(setOf('first'));
  });
});
