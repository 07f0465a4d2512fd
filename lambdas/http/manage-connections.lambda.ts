import { BanUserSchema } from '../../contract/ban.ts';
import { UserParamsSchema } from '../../contract/user.ts';
import { closeAllConnections } from '../app/close-all-connections.ts';
import { banUser, liftBan } from '../app/manage-bans.ts';
import { banStore } from '../data/ban-store.ts';
import { openTable } from '../data/client.ts';
import { connectionStore } from '../data/connection-store.ts';
import { watcherStore } from '../data/watcher-store.ts';
import { httpHandler, route } from '../edge/http-handler.ts';
import { sockets } from '../outbound/sockets.ts';
import { systemClock as clock } from '../runtime/clock.ts';
import { environment } from '../runtime/environment.ts';
import { edgeRules } from '../wiring/edge-rules.ts';

const { TABLE_NAME, CALLBACK_URL } = environment('TABLE_NAME', 'CALLBACK_URL');
const table = openTable(TABLE_NAME);
const ports = {
  connections: connectionStore(table),
  bans: banStore(table),
  watchers: watcherStore(table),
  sockets: sockets(CALLBACK_URL),
  clock,
};
const [closeAll, ban, lift] = [closeAllConnections(ports), banUser(ports), liftBan(ports)];

const deleteConnections = route({ operation: 'close the connections' }, async ({ userId }) => {
  await closeAll(userId);
  return { status: 204 };
});

const putBan = route(
  { operation: 'ban the user', params: UserParamsSchema, body: BanUserSchema, isBodyOptional: true },
  async (principal, { params, body }) => ({ status: 200, body: { ban: await ban(principal, params.userId, body) } }),
);

const deleteBan = route({ operation: 'lift the ban', params: UserParamsSchema }, async (principal, { params }) => {
  await lift(principal, params.userId);
  return { status: 204 };
});

export const handler = httpHandler(
  {
    'DELETE /v1/users/me/connections': deleteConnections,
    'PUT /v1/admin/bans/{userId}': putBan,
    'DELETE /v1/admin/bans/{userId}': deleteBan,
  },
  edgeRules(table),
);
