import type { Identity } from '../stages.ts';

/** What both authorizers must know to check a token. */
export function tokenEnvironment({ issuer, audience, jwksUrl }: Identity): Record<string, string> {
  return { TOKEN_ISSUER: issuer, TOKEN_AUDIENCE: audience, JWKS_URL: jwksUrl };
}

/** A client is waiting in its handshake or request: better refused and repeated than left hanging on a slow key set. */
export const AUTHORIZER_TIMEOUT_SECONDS = 5;
