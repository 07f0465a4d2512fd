import type { Slice } from '../app/fan-out-ports.ts';
import { postSlices } from '../app/post-slice.ts';
import { openTable } from '../data/client.ts';
import { connectionStore } from '../data/connection-store.ts';
import { watcherStore } from '../data/watcher-store.ts';
import { fifoHandler } from '../edge/fifo-handler.ts';
import { notificationQueue, retryQueue } from '../outbound/queues.ts';
import { sockets } from '../outbound/sockets.ts';
import { systemClock as clock } from '../runtime/clock.ts';
import { environment } from '../runtime/environment.ts';

const env = environment('TABLE_NAME', 'CALLBACK_URL', 'NOTIFICATION_QUEUE_URL', 'RETRY_QUEUE_URL');
const table = openTable(env.TABLE_NAME);

export const handler = fifoHandler<Slice>(
  'slice.post',
  postSlices({
    connections: connectionStore(table),
    watchers: watcherStore(table),
    sockets: sockets(env.CALLBACK_URL),
    retryQueue: retryQueue(env.RETRY_QUEUE_URL),
    notificationQueue: notificationQueue(env.NOTIFICATION_QUEUE_URL),
    clock,
  }),
);
