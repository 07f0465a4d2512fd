import type { DevicePlatform } from '../../contract/device.ts';

/** What a push says, before a platform's own form is put on it. */
export interface Notification {
  title: string;
  body: string;
  conversationId: string;
  messageId: string;
  seq: number;
}

/**
 * SNS's `Message` with `MessageStructure: json`: the platform's payload as a string under its key, and the `default` that SNS
 * requires. FCM v1 takes only strings as data; one collapse key per conversation, so that a phone shows its newest message.
 */
export function pushMessageOf(notification: Notification, platform: DevicePlatform): string {
  const { title, body } = notification;
  const payload = platform === 'fcm' ? fcmPayload(notification) : apnsPayload(notification);
  return JSON.stringify({ default: `${title}: ${body}`, [snsKeys[platform]]: JSON.stringify(payload) });
}

const snsKeys: Record<DevicePlatform, string> = { fcm: 'GCM', apns: 'APNS', apns_sandbox: 'APNS_SANDBOX' };

const dataOf = ({ conversationId, messageId, seq }: Notification) => ({ conversationId, messageId, seq: String(seq) });

const fcmPayload = (notification: Notification) => ({
  fcmV1Message: {
    message: {
      notification: { title: notification.title, body: notification.body },
      data: dataOf(notification),
      android: { priority: 'high', collapse_key: notification.conversationId },
    },
  },
});

const apnsPayload = (notification: Notification) => ({
  aps: {
    alert: { title: notification.title, body: notification.body },
    sound: 'default',
    'thread-id': notification.conversationId,
  },
  ...dataOf(notification),
});
