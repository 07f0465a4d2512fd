import { describe, expect, test } from 'vitest';
import { keySetsOf } from '../../../lambdas/edge/key-sets.ts';
import { contextOf, principalFrom } from '../../../lambdas/edge/principal-context.ts';
import { verifyToken } from '../../../lambdas/edge/verify-token.ts';
import { fakeClock } from '../../helpers/fake-clock.ts';
import { audience, goodClaims, issuer, signingKey } from '../../helpers/tokens.ts';

const clock = fakeClock();
const key = await signingKey('ES256');
const keySets = keySetsOf(async () => ({ keys: [key.publicJwk] }), clock);
const verify = verifyToken({ issuer, audience, keySets, clock });
const profileIn = async (claims: object) =>
  (await verify(await key.sign({ ...goodClaims(clock.now()), ...claims }))).profile;

const names = { name: 'Ann Lee', given_name: 'Ann', family_name: 'Lee', picture: 'https://example.org/ann.png' };

describe('the names in a token', () => {
  test.each<[string, object, object | undefined]>([
    ['are its user’s', names, { displayName: 'Ann Lee', firstName: 'Ann', lastName: 'Lee', avatarUrl: names.picture }],
    ['may be some of them', { name: 'Ann' }, { displayName: 'Ann' }],
    ['may be none', {}, undefined],
    ['are left out when they are no text', { name: 5, given_name: '', family_name: ['Lee'] }, undefined],
    [
      'are left out when they are too long, never cut',
      { name: 'x'.repeat(257), given_name: 'Ann' },
      { firstName: 'Ann' },
    ],
  ])('%s', async (_, claims, profile) => {
    expect(await profileIn(claims)).toEqual(profile);
  });

  test('travel from the authorizer to the function, and change nothing else', async () => {
    const principal = await verify(await key.sign({ ...goodClaims(clock.now()), ...names }));
    expect(principalFrom(contextOf(principal), clock)).toEqual(principal);
  });
});

describe('the number in a token', () => {
  const numberIn = async (claims: object) =>
    (await verify(await key.sign({ ...goodClaims(clock.now()), ...claims }))).phoneNumber;
  const phone_number = '+4915112345678';

  test.each<[string, object, string | undefined]>([
    ['is its user’s where it is verified', { phone_number, phone_number_verified: true }, phone_number],
    ['is none where it is not', { phone_number, phone_number_verified: false }, undefined],
    ['is none where nobody says so', { phone_number }, undefined],
    ['is none where that is said in words', { phone_number, phone_number_verified: 'true' }, undefined],
    ['is none where it is no number', { phone_number: '015112345678', phone_number_verified: true }, undefined],
    ['is none where it is missing', { phone_number_verified: true }, undefined],
  ])('%s', async (_, claims, expected) => {
    expect(await numberIn(claims)).toBe(expected);
  });

  test('travels from the authorizer to the function', async () => {
    const principal = await verify(
      await key.sign({ ...goodClaims(clock.now()), phone_number, phone_number_verified: true }),
    );
    expect(principalFrom(contextOf(principal), clock)).toEqual(principal);
  });
});
