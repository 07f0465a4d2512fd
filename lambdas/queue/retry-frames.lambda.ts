import type { UndeliveredFrame } from '../app/ports.ts';
import { retryFrame } from '../app/retry-frame.ts';
import { openTable } from '../data/client.ts';
import { connectionStore } from '../data/connection-store.ts';
import { watcherStore } from '../data/watcher-store.ts';
import { queueHandler } from '../edge/queue-handler.ts';
import { sockets } from '../outbound/sockets.ts';
import { systemClock as clock } from '../runtime/clock.ts';
import { environment } from '../runtime/environment.ts';

const { TABLE_NAME, CALLBACK_URL } = environment('TABLE_NAME', 'CALLBACK_URL');
const table = openTable(TABLE_NAME);

export const handler = queueHandler<UndeliveredFrame>(
  'frame.retry',
  retryFrame({
    connections: connectionStore(table),
    watchers: watcherStore(table),
    sockets: sockets(CALLBACK_URL),
    clock,
  }),
);
