import { announce } from '../app/announce.ts';
import { forgetWatching } from '../app/forget-watching.ts';
import { memberLists } from '../app/member-lists.ts';
import { activityStore } from '../data/activity-store.ts';
import { openTable } from '../data/client.ts';
import { connectionStore } from '../data/connection-store.ts';
import { occurrenceFrom } from '../data/images.ts';
import { joinedStore } from '../data/joined-store.ts';
import { memberStore } from '../data/member-store.ts';
import { receiptStore } from '../data/receipt-store.ts';
import { roomStore } from '../data/room-store.ts';
import { watcherStore } from '../data/watcher-store.ts';
import { streamHandler } from '../edge/stream-handler.ts';
import { notificationQueue, presenceQueue, retryQueue, sliceQueue } from '../outbound/queues.ts';
import { sockets } from '../outbound/sockets.ts';
import { systemClock as clock } from '../runtime/clock.ts';
import { environment } from '../runtime/environment.ts';

const env = environment(
  'TABLE_NAME',
  'CALLBACK_URL',
  'NOTIFICATION_QUEUE_URL',
  'RETRY_QUEUE_URL',
  'SLICE_QUEUE_URL',
  'PRESENCE_QUEUE_URL',
  'PRESENCE_GRACE_SECONDS',
);
const graceSeconds = Number(env.PRESENCE_GRACE_SECONDS);
const table = openTable(env.TABLE_NAME);
const watchers = watcherStore(table);

export const handler = streamHandler({
  operation: 'stream.fanOut',
  read: (write) => occurrenceFrom(write, graceSeconds * 1_000),
  act: announce({
    memberLists: memberLists(memberStore(table)),
    connections: connectionStore(table),
    watchers,
    sockets: sockets(env.CALLBACK_URL),
    retryQueue: retryQueue(env.RETRY_QUEUE_URL),
    notificationQueue: notificationQueue(env.NOTIFICATION_QUEUE_URL),
    sliceQueue: sliceQueue(env.SLICE_QUEUE_URL),
    presenceQueue: presenceQueue(env.PRESENCE_QUEUE_URL, graceSeconds),
    activity: activityStore(table),
    receipts: receiptStore(table),
    forgetWatching: forgetWatching({ rooms: roomStore(table), joined: joinedStore(table), watchers }),
    clock,
  }),
});
