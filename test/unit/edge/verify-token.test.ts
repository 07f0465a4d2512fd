import { generateKeyPairSync } from 'node:crypto';
import { exportJWK, type JWTPayload } from 'jose';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { keySetsOf } from '../../../lambdas/edge/key-sets.ts';
import { verifyToken } from '../../../lambdas/edge/verify-token.ts';
import { fakeClock } from '../../helpers/fake-clock.ts';
import {
  audience,
  goodClaims,
  issuer,
  type SigningKey,
  signedWithPublicKey,
  signingKey,
  unsignedToken,
} from '../../helpers/tokens.ts';

const clock = fakeClock();
const nowSeconds = clock.now() / 1_000;
const good = goodClaims(clock.now());
const without = (claim: string): JWTPayload => ({ ...good, [claim]: undefined });

let key: SigningKey;
beforeAll(async () => {
  key = await signingKey('ES256');
});

const verifierOf = (...keys: SigningKey[]) => {
  const fetchKeySet = vi.fn(async () => ({ keys: keys.map(({ publicJwk }) => publicJwk) }));
  const time = fakeClock(clock.now());
  return {
    time,
    fetchKeySet,
    verify: verifyToken({ issuer, audience, keySets: keySetsOf(fetchKeySet, time), clock: time }),
  };
};
const verify = (token: string) => verifierOf(key).verify(token);

describe('a good token', () => {
  test.each(['RS256', 'ES256', 'EdDSA'])('signed with %s names its user', async (algorithm) => {
    const signer = await signingKey(algorithm);
    const token = await signer.sign({ ...good, scope: 'chat:admin  chat:service' });
    expect(await verifierOf(signer).verify(token)).toEqual({
      userId: 'ann',
      scopes: ['chat:admin', 'chat:service'],
      expiresAt: clock.now() + 3_600_000,
    });
  });

  test.each<[string, JWTPayload]>([
    ['for several audiences', { ...good, aud: ['other', audience] }],
    ['without a scope', without('scope')],
    ['with scopes in a list, which is not how they are said', { ...good, scope: ['chat:admin'] }],
    ['that ended within what clocks may differ by', { ...good, exp: nowSeconds - 4 }],
    ['that begins within what clocks may differ by', { ...good, nbf: nowSeconds + 4 }],
    ['of a user whose id is as long as one may be', { ...good, sub: 'x'.repeat(128) }],
  ])('%s', async (_, claims) => {
    expect(await verify(await key.sign(claims))).toMatchObject({ userId: claims.sub, scopes: [] });
  });

  test('of a key among others is found by its kid', async () => {
    const others = await Promise.all([signingKey('ES256', 'older'), signingKey('RS256', 'other')]);
    expect(await verifierOf(...others, key).verify(await key.sign(good))).toMatchObject({ userId: 'ann' });
  });
});

const invalid = 'unable to authenticate; the token is not valid';
const expired = 'unable to authenticate; the token has expired';
const nobody = 'unable to authenticate; the token names no user';

describe('a token is refused', () => {
  test.each<[string, () => JWTPayload, string]>([
    ['of another issuer', () => ({ ...good, iss: 'https://evil.example' }), invalid],
    ['of an issuer whose name only begins the same', () => ({ ...good, iss: `${issuer}.evil.example` }), invalid],
    ['of several issuers', () => JSON.parse(JSON.stringify({ ...good, iss: [issuer, 'other'] })), invalid],
    ['of no issuer', () => without('iss'), invalid],
    ['for another audience', () => ({ ...good, aud: 'other' }), invalid],
    ['for no audience', () => without('aud'), invalid],
    ['that never ends', () => without('exp'), invalid],
    ['whose end is text', () => JSON.parse(JSON.stringify({ ...good, exp: '9999999999' })), invalid],
    ['that has ended', () => ({ ...good, exp: nowSeconds - 6 }), expired],
    ['that has not begun', () => ({ ...good, nbf: nowSeconds + 6 }), invalid],
    ['of nobody', () => without('sub'), invalid],
    ['of an empty name', () => ({ ...good, sub: '' }), nobody],
    ['of a name of 129 characters', () => ({ ...good, sub: 'x'.repeat(129) }), nobody],
    ['of an object', () => JSON.parse(JSON.stringify({ ...good, sub: { $ne: null } })), nobody],
    ['of a number', () => JSON.parse(JSON.stringify({ ...good, sub: 1 })), nobody],
  ])('%s', async (_, claims, message) => {
    await expect(verify(await key.sign(claims()))).rejects.toMatchObject({ code: 'UNAUTHENTICATED', message });
  });

  test.each<[string, () => Promise<string> | string]>([
    ['that is not there', () => ''],
    ['that is no token', () => 'abc'],
    ['of three parts of nothing', () => '..'],
    ['that is very long', () => 'x'.repeat(100_000)],
    ['without a signature', () => unsignedToken(good)],
    ['signed with the public key as a secret', () => signedWithPublicKey(good, key)],
    ['whose signature was cut off', async () => (await key.sign(good)).replace(/[^.]+$/, '')],
    ['whose claims were changed', async () => (await key.sign(good)).replace(/\.[^.]+\./, `.${claimsOf('bob')}.`)],
  ])('%s', async (_, token) => {
    await expect(verify(await token())).rejects.toMatchObject({ code: 'UNAUTHENTICATED', message: invalid });
  });

  test('of an algorithm that is not among the three', async () => {
    const signer = await signingKey('PS256');
    await expect(verifierOf(signer).verify(await signer.sign(good))).rejects.toMatchObject({ message: invalid });
  });

  test('that brings its own key, or says where to get it', async () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const thief = await signingKey('ES256', key.publicJwk.kid);
    const headers = [{ jwk: thief.publicJwk }, { jwk: await exportJWK(publicKey) }, { jku: 'https://evil.example' }];
    for (const header of headers) {
      const { verify: check, fetchKeySet } = verifierOf(key);
      await expect(check(await thief.sign(good, header))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
      expect(fetchKeySet).toHaveBeenCalledTimes(1);
    }
  });

  test('of a key that is not in the set, at the cost of one fetch in a cooldown', async () => {
    const { verify: check, fetchKeySet, time } = verifierOf(key);
    await check(await key.sign(good));
    time.advance(30_000);
    const stranger = await signingKey('ES256', 'unknown');
    for (let n = 0; n < 100; n += 1) {
      const token = await stranger.sign(good, { kid: `kid-${n}` });
      await expect(check(token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    }
    expect(fetchKeySet).toHaveBeenCalledTimes(2);
  });
});

const claimsOf = (sub: string) => Buffer.from(JSON.stringify({ ...good, sub })).toString('base64url');

test('a key that came after the set was fetched is found when the cooldown is over', async () => {
  const next = await signingKey('ES256', 'next');
  const keys = [key.publicJwk];
  const time = fakeClock(clock.now());
  const check = verifyToken({
    issuer,
    audience,
    keySets: keySetsOf(async () => ({ keys: [...keys] }), time),
    clock: time,
  });
  await check(await key.sign(good));
  keys.push(next.publicJwk);
  time.advance(30_000);
  expect(await check(await next.sign(good))).toMatchObject({ userId: 'ann' });
});

test('without any key set the token is not to blame', async () => {
  const down = keySetsOf(() => Promise.reject(new Error('down')), clock);
  const check = verifyToken({ issuer, audience, keySets: down, clock });
  await expect(check(await key.sign(good))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});
