import { openConnection } from '../app/open-connection.ts';
import { openTable } from '../data/client.ts';
import { connectionStore } from '../data/connection-store.ts';
import { watcherStore } from '../data/watcher-store.ts';
import { connectHandler } from '../edge/connection-handlers.ts';
import { sockets } from '../outbound/sockets.ts';
import { systemClock as clock } from '../runtime/clock.ts';
import { environment } from '../runtime/environment.ts';

const env = environment('TABLE_NAME', 'CALLBACK_URL', 'CONNECTS_PER_MINUTE', 'CONNECTIONS_PER_USER');
const table = openTable(env.TABLE_NAME);
const ports = {
  connections: connectionStore(table),
  watchers: watcherStore(table),
  sockets: sockets(env.CALLBACK_URL),
  clock,
};
const limits = {
  connectsPerMinute: Number(env.CONNECTS_PER_MINUTE),
  connectionsPerUser: Number(env.CONNECTIONS_PER_USER),
};

export const handler = connectHandler({ clock, open: openConnection(ports, limits) });
