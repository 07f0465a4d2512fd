import type { DevicePlatform } from '../../contract/device.ts';
import { lineOf, type Phrase, type Wording } from './push-wording.ts';

/** What a push says, before a platform's own form is put on it. */
export interface Notification {
  wording: Wording;
  conversationId: string;
  messageId: string;
  seq: number;
  /** Unread messages, where the device shows how many. */
  badge?: number | undefined;
}

/** As SNS takes it: a message by platform, and what goes to the platform beside it. */
export interface PushMessage {
  message: string;
  attributes: Record<string, string>;
}

/** A phone that is off for longer has the messages from sync. */
const keptSeconds = 7 * 24 * 3_600;

/** APNs takes no longer one. */
const longestCollapseId = 64;

/**
 * SNS's `Message` with `MessageStructure: json`: the platform's payload as a string under its key, and the `default` that SNS
 * requires. One collapse id per conversation, so that a phone shows its newest message.
 */
export function pushMessageOf(notification: Notification, platform: DevicePlatform): PushMessage {
  const payload = platform === 'fcm' ? fcmPayload(notification) : apnsPayload(notification);
  return {
    message: JSON.stringify({ default: lineOf(notification.wording), [snsKeys[platform]]: JSON.stringify(payload) }),
    attributes: platform === 'fcm' ? {} : apnsAttributes(notification, platform),
  };
}

const snsKeys = { fcm: 'GCM', apns: 'APNS', apns_sandbox: 'APNS_SANDBOX' } as const satisfies Record<
  DevicePlatform,
  string
>;

/** FCM v1 takes only strings as data. */
const dataOf = ({ conversationId, messageId, seq }: Notification) => ({ conversationId, messageId, seq: String(seq) });

function fcmPayload(notification: Notification) {
  const { title, lead, body } = notification.wording;
  return {
    fcmV1Message: {
      message: {
        notification: {
          ...(title && { title: title.text }),
          body: lead ? `${lead.text}: ${body.text}` : body.text,
        },
        data: dataOf(notification),
        android: {
          priority: 'high',
          collapse_key: notification.conversationId,
          ttl: `${keptSeconds}s`,
          notification: {
            tag: notification.conversationId,
            channel_id: 'messages',
            ...androidKeys('title', title),
            // With a lead the body is made of two parts, for which no key stands.
            ...(!lead && androidKeys('body', body)),
          },
        },
      },
    },
  };
}

const androidKeys = (part: 'title' | 'body', { key, args }: Partial<Phrase> = {}) => ({
  ...(key && { [`${part}_loc_key`]: key }),
  ...(args && { [`${part}_loc_args`]: args }),
});

const apnsPayload = (notification: Notification) => ({
  aps: {
    alert: alertOf(notification.wording),
    ...(notification.badge !== undefined && { badge: notification.badge }),
    sound: 'default',
    'thread-id': notification.conversationId,
    // An app's own extension may decrypt and translate before the phone shows it.
    'mutable-content': 1,
  },
  ...dataOf(notification),
});

const alertOf = ({ title, lead, body }: Wording) => ({
  ...(title && { title: title.text, ...appleKeys('title-loc', title) }),
  ...(lead && { subtitle: lead.text, ...appleKeys('subtitle-loc', lead) }),
  body: body.text,
  ...appleKeys('loc', body),
});

const appleKeys = (part: 'title-loc' | 'subtitle-loc' | 'loc', { key, args }: Phrase) => ({
  ...(key && { [`${part}-key`]: key }),
  ...(args && { [`${part}-args`]: args }),
});

/** Headers of APNs, as SNS names them; the time to live alone has a name for each of the two. */
const apnsAttributes = ({ conversationId }: Notification, platform: 'apns' | 'apns_sandbox') => ({
  'AWS.SNS.MOBILE.APNS.PUSH_TYPE': 'alert',
  'AWS.SNS.MOBILE.APNS.PRIORITY': '10',
  'AWS.SNS.MOBILE.APNS.COLLAPSE_ID': conversationId.slice(0, longestCollapseId),
  [`AWS.SNS.MOBILE.${snsKeys[platform]}.TTL`]: String(keptSeconds),
});
