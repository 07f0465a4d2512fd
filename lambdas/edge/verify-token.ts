import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose';
import { limits } from '../../contract/limits.ts';
import type { Clock } from '../app/ports.ts';
import { refuse } from '../domain/chat-error.ts';
import type { NameClaims, Principal } from '../domain/principal.ts';
import type { KeySets } from './key-sets.ts';

export interface TokenRules {
  issuer: string;
  audience: string;
  keySets: KeySets;
  clock: Pick<Clock, 'now'>;
}

export type VerifyToken = (token: string) => Promise<Principal>;

const operation = 'authenticate';

/** Asymmetric only: with a shared secret, whoever checks tokens could make them. */
const algorithms = ['RS256', 'ES256', 'EdDSA'];

/** The most that clocks of an identity provider and of AWS may differ by. Seconds. */
const clockTolerance = 5;

/**
 * Checks a token of the deployer's identity provider: signature, issuer, audience, expiry, and that `sub` is a user's id.
 * UNAUTHENTICATED for whatever is wrong with the token, UNAVAILABLE where no key set can be had to check it with.
 */
export const verifyToken =
  ({ issuer, audience, keySets, clock }: TokenRules): VerifyToken =>
  async (token) => {
    const check = (keySet: JSONWebKeySet) =>
      jwtVerify(token, createLocalJWKSet(keySet), {
        issuer,
        audience,
        algorithms,
        clockTolerance,
        currentDate: new Date(clock.now()),
        requiredClaims: ['exp', 'sub'],
      });
    try {
      const { payload } = await check(await keySets.current()).catch(async (error: unknown) => {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
        return check(await keySets.renewed());
      });
      return principalOf(payload);
    } catch (error) {
      if (error instanceof errors.JOSEError) refuse('UNAUTHENTICATED', operation, reasonOf(error), error);
      throw error;
    }
  };

const reasonOf = (error: errors.JOSEError): string =>
  error instanceof errors.JWTExpired ? 'the token has expired' : 'the token is not valid';

/** jose checks that `sub` is there, not that it is a string. */
function principalOf(claims: JWTPayload): Principal {
  const { sub, exp, scope } = claims;
  if (typeof sub !== 'string' || sub === '' || sub.length > limits.idLength || exp === undefined) {
    return refuse('UNAUTHENTICATED', operation, 'the token names no user');
  }
  const scopes = typeof scope === 'string' ? scope.split(' ').filter(Boolean) : [];
  const profile = profileOf(claims);
  return { userId: sub, scopes, expiresAt: exp * 1_000, ...(profile && { profile }), ...verifiedNumber(claims) };
}

/** The standard claims of a number (OpenID Connect Core 5.1); one that nobody has verified is none. */
function verifiedNumber({ phone_number, phone_number_verified }: JWTPayload): Pick<Principal, 'phoneNumber'> {
  const isVerified = phone_number_verified === true && typeof phone_number === 'string';
  return isVerified && /^\+[1-9]\d{6,14}$/.test(phone_number) ? { phoneNumber: phone_number } : {};
}

/** The standard claims of a name (OpenID Connect Core 5.1), and what a profile calls them. */
const nameClaims = {
  name: 'displayName',
  given_name: 'firstName',
  family_name: 'lastName',
  picture: 'avatarUrl',
} as const satisfies Record<string, keyof NameClaims>;

/** UTF-16 code units: the authorizer's context goes along with every event of a connection. */
const longestClaim = 256;

/** Half a name or address is worse than none: what is too long is left out. */
function profileOf(claims: JWTPayload): NameClaims | undefined {
  const given = Object.entries(nameClaims).flatMap(([claim, name]) => {
    const value = claims[claim];
    return typeof value === 'string' && value !== '' && value.length <= longestClaim ? [[name, value]] : [];
  });
  return given.length > 0 ? Object.fromEntries(given) : undefined;
}
