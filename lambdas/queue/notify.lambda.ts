import { notify } from '../app/notify.ts';
import type { NotificationCheck } from '../app/push-ports.ts';
import { openTable } from '../data/client.ts';
import { connectionStore } from '../data/connection-store.ts';
import { deviceStore } from '../data/device-store.ts';
import { messageStore } from '../data/message-store.ts';
import { notificationStore } from '../data/notification-store.ts';
import { pushStore } from '../data/push-store.ts';
import { smsBudget } from '../data/sms-budget.ts';
import { queueHandler } from '../edge/queue-handler.ts';
import { eventBus } from '../outbound/event-bus.ts';
import { pushSender } from '../outbound/push.ts';
import { checkQueue } from '../outbound/queues.ts';
import { smsSender } from '../outbound/sms.ts';
import { systemClock as clock } from '../runtime/clock.ts';
import { environment } from '../runtime/environment.ts';

const { TABLE_NAME, NOTIFICATION_QUEUE_URL, QUIET_HOURS, SMS_LIMITS, EVENT_BUS } = environment(
  'TABLE_NAME',
  'NOTIFICATION_QUEUE_URL',
  'QUIET_HOURS',
  'SMS_LIMITS',
  'EVENT_BUS',
);
const table = openTable(TABLE_NAME);

export const handler = queueHandler<NotificationCheck>(
  'notification.push',
  notify(
    {
      settings: notificationStore(table),
      pushes: pushStore(table),
      connections: connectionStore(table),
      messages: messageStore(table),
      devices: deviceStore(table),
      push: pushSender(),
      sms: smsSender(),
      smsBudget: smsBudget(table, JSON.parse(SMS_LIMITS)),
      checks: checkQueue(NOTIFICATION_QUEUE_URL),
      bus: eventBus(JSON.parse(EVENT_BUS)),
      clock,
    },
    QUIET_HOURS === 'drop' ? 'drop' : 'defer',
  ),
);
