import { NotificationSettingsSchema } from '../../contract/notification.ts';
import { saveNotifications, showNotifications } from '../app/manage-notifications.ts';
import { openTable } from '../data/client.ts';
import { notificationStore } from '../data/notification-store.ts';
import { httpHandler, route } from '../edge/http-handler.ts';
import { environment } from '../runtime/environment.ts';
import { edgeRules } from '../wiring/edge-rules.ts';

const { TABLE_NAME } = environment('TABLE_NAME');
const table = openTable(TABLE_NAME);
const ports = { settings: notificationStore(table) };
const [show, save] = [showNotifications(ports), saveNotifications(ports)];

const getSettings = route({ operation: 'show the settings' }, async (principal) => ({
  status: 200,
  body: { notifications: await show(principal) },
}));

const putSettings = route(
  { operation: 'save the settings', body: NotificationSettingsSchema },
  async (principal, { body }) => ({ status: 200, body: { notifications: await save(principal, body) } }),
);

export const handler = httpHandler(
  { 'GET /v1/users/me/notifications': getSettings, 'PUT /v1/users/me/notifications': putSettings },
  edgeRules(table),
);
