import { fanOut } from '../app/fan-out.ts';
import { memberLists } from '../app/member-lists.ts';
import { activityStore } from '../data/activity-store.ts';
import { openTable } from '../data/client.ts';
import { connectionStore } from '../data/connection-store.ts';
import { changeFrom } from '../data/images.ts';
import { memberStore } from '../data/member-store.ts';
import { receiptStore } from '../data/receipt-store.ts';
import { streamHandler } from '../edge/stream-handler.ts';
import { notificationQueue, retryQueue } from '../outbound/queues.ts';
import { sockets } from '../outbound/sockets.ts';
import { systemClock as clock } from '../runtime/clock.ts';
import { environment } from '../runtime/environment.ts';

const env = environment('TABLE_NAME', 'CALLBACK_URL', 'NOTIFICATION_QUEUE_URL', 'RETRY_QUEUE_URL');
const table = openTable(env.TABLE_NAME);

export const handler = streamHandler({
  operation: 'stream.fanOut',
  read: ({ after = {} }) => changeFrom(after),
  act: fanOut({
    memberLists: memberLists(memberStore(table)),
    connections: connectionStore(table),
    sockets: sockets(env.CALLBACK_URL),
    retryQueue: retryQueue(env.RETRY_QUEUE_URL),
    notificationQueue: notificationQueue(env.NOTIFICATION_QUEUE_URL),
    activity: activityStore(table),
    receipts: receiptStore(table),
    clock,
  }),
});
