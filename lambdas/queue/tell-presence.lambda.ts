import { tellUsers, type UserNews } from '../app/tell-users.ts';
import { audienceStore } from '../data/audience-store.ts';
import { openTable } from '../data/client.ts';
import { connectionStore } from '../data/connection-store.ts';
import { presenceStore } from '../data/presence-store.ts';
import { watcherStore } from '../data/watcher-store.ts';
import { batchHandler } from '../edge/queue-handler.ts';
import { eventBus } from '../outbound/event-bus.ts';
import { sockets } from '../outbound/sockets.ts';
import { systemClock as clock } from '../runtime/clock.ts';
import { environment } from '../runtime/environment.ts';

const env = environment('TABLE_NAME', 'CALLBACK_URL', 'PRESENCE_GRACE_SECONDS', 'EVENT_BUS');
const table = openTable(env.TABLE_NAME);

export const handler = batchHandler<UserNews>(
  'presence.tell',
  tellUsers({
    presences: presenceStore(table),
    audience: audienceStore(table),
    connections: connectionStore(table),
    watchers: watcherStore(table),
    sockets: sockets(env.CALLBACK_URL),
    bus: eventBus(JSON.parse(env.EVENT_BUS)),
    clock,
    graceMs: Number(env.PRESENCE_GRACE_SECONDS) * 1_000,
  }),
);
