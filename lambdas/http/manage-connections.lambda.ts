import { closeAllConnections } from '../app/close-all-connections.ts';
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
const closeAll = closeAllConnections({
  connections: connectionStore(table),
  watchers: watcherStore(table),
  sockets: sockets(CALLBACK_URL),
  clock,
});

const deleteConnections = route({ operation: 'close the connections' }, async ({ userId }) => {
  await closeAll(userId);
  return { status: 204 };
});

export const handler = httpHandler({ 'DELETE /v1/users/me/connections': deleteConnections }, edgeRules(table));
