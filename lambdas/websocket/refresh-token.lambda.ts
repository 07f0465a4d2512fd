import { RefreshTokenSchema } from '../../contract/live.ts';
import { refreshToken } from '../app/refresh-token.ts';
import { openTable } from '../data/client.ts';
import { connectionStore } from '../data/connection-store.ts';
import { watcherStore } from '../data/watcher-store.ts';
import { action, frameHandler } from '../edge/frame-handler.ts';
import { keySetsOf } from '../edge/key-sets.ts';
import { verifyToken } from '../edge/verify-token.ts';
import { fetchKeySet } from '../outbound/key-set.ts';
import { systemClock as clock } from '../runtime/clock.ts';
import { environment } from '../runtime/environment.ts';
import { frameRules } from '../wiring/frame-rules.ts';

const env = environment('TABLE_NAME', 'TOKEN_ISSUER', 'TOKEN_AUDIENCE', 'JWKS_URL');
const table = openTable(env.TABLE_NAME);
const keySets = keySetsOf(fetchKeySet(env.JWKS_URL), clock);
const refresh = refreshToken({
  verify: verifyToken({ issuer: env.TOKEN_ISSUER, audience: env.TOKEN_AUDIENCE, keySets, clock }),
  connections: connectionStore(table),
  watchers: watcherStore(table),
});

export const handler = frameHandler(
  {
    'auth.refresh': action(RefreshTokenSchema, ({ userId }, { token }, connectionId) =>
      refresh({ userId, connectionId }, token),
    ),
  },
  frameRules(table),
);
