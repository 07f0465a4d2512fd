import { connectionAuthorizer } from '../edge/connection-handlers.ts';
import { keySetsOf } from '../edge/key-sets.ts';
import { verifyToken } from '../edge/verify-token.ts';
import { fetchKeySet } from '../outbound/key-set.ts';
import { systemClock as clock } from '../runtime/clock.ts';
import { environment } from '../runtime/environment.ts';

const env = environment('TOKEN_ISSUER', 'TOKEN_AUDIENCE', 'JWKS_URL', 'ALLOWED_ORIGINS', 'ALLOW_QUERY_TOKEN');
const keySets = keySetsOf(fetchKeySet(env.JWKS_URL), clock);

export const handler = connectionAuthorizer({
  verify: verifyToken({ issuer: env.TOKEN_ISSUER, audience: env.TOKEN_AUDIENCE, keySets, clock }),
  allowedOrigins: env.ALLOWED_ORIGINS.split(','),
  allowsQueryToken: env.ALLOW_QUERY_TOKEN === 'true',
});
