import { keySetsOf } from '../edge/key-sets.ts';
import { requestAuthorizer } from '../edge/request-authorizer.ts';
import { verifyToken } from '../edge/verify-token.ts';
import { fetchKeySet } from '../outbound/key-set.ts';
import { systemClock as clock } from '../runtime/clock.ts';
import { environment } from '../runtime/environment.ts';

const env = environment('TOKEN_ISSUER', 'TOKEN_AUDIENCE', 'JWKS_URL');
const keySets = keySetsOf(fetchKeySet(env.JWKS_URL), clock);

export const handler = requestAuthorizer(
  verifyToken({ issuer: env.TOKEN_ISSUER, audience: env.TOKEN_AUDIENCE, keySets, clock }),
);
