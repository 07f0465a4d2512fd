import { notify } from '../app/notify.ts';
import type { PendingNotification } from '../app/ports.ts';
import { blockStore } from '../data/block-store.ts';
import { openTable } from '../data/client.ts';
import { conversationStore } from '../data/conversation-store.ts';
import { deviceStore } from '../data/device-store.ts';
import { messageStore } from '../data/message-store.ts';
import { queueHandler } from '../edge/queue-handler.ts';
import { pushSender } from '../outbound/push.ts';
import { environment } from '../runtime/environment.ts';

const { TABLE_NAME } = environment('TABLE_NAME');
const table = openTable(TABLE_NAME);

export const handler = queueHandler<PendingNotification>(
  'notification.push',
  notify({
    conversations: conversationStore(table),
    messages: messageStore(table),
    devices: deviceStore(table),
    blocks: blockStore(table),
    push: pushSender(),
  }),
);
