import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Notification, pushMessageOf } from '../../../lambdas/domain/push-payload.ts';
import { wordingOf } from '../../../lambdas/domain/push-wording.ts';
import { aMessage } from '../../helpers/memory-stores.ts';

const notification: Notification = {
  wording: {
    title: { text: 'Team' },
    lead: { text: 'Ann mentioned you', key: 'PARLEY_MENTIONED_YOU', args: ['Ann'] },
    body: { text: 'Lunch?' },
  },
  conversationId: 'g-1',
  messageId: 'g-1.7',
  seq: 7,
  badge: 3,
};
const data = { conversationId: 'g-1', messageId: 'g-1.7', seq: '7' };

const payloadFor = (platform: 'fcm' | 'apns' | 'apns_sandbox', key: string, what = notification) =>
  JSON.parse(JSON.parse(pushMessageOf(what, platform).message)[key]);

describe('a payload', () => {
  test('for FCM v1', () => {
    expect(payloadFor('fcm', 'GCM')).toEqual({
      fcmV1Message: {
        message: {
          notification: { title: 'Team', body: 'Ann mentioned you: Lunch?' },
          data,
          android: {
            priority: 'high',
            collapse_key: 'g-1',
            ttl: '604800s',
            notification: { tag: 'g-1', channel_id: 'messages' },
          },
        },
      },
    });
    expect(pushMessageOf(notification, 'fcm').attributes).toEqual({});
  });

  test.each([
    ['apns', 'APNS'],
    ['apns_sandbox', 'APNS_SANDBOX'],
  ] as const)('for %s', (platform, key) => {
    expect(payloadFor(platform, key)).toEqual({
      aps: {
        alert: {
          title: 'Team',
          subtitle: 'Ann mentioned you',
          'subtitle-loc-key': 'PARLEY_MENTIONED_YOU',
          'subtitle-loc-args': ['Ann'],
          body: 'Lunch?',
        },
        badge: 3,
        sound: 'default',
        'thread-id': 'g-1',
        'mutable-content': 1,
      },
      ...data,
    });
    expect(pushMessageOf(notification, platform).attributes).toEqual({
      'AWS.SNS.MOBILE.APNS.PUSH_TYPE': 'alert',
      'AWS.SNS.MOBILE.APNS.PRIORITY': '10',
      'AWS.SNS.MOBILE.APNS.COLLAPSE_ID': 'g-1',
      [`AWS.SNS.MOBILE.${key}.TTL`]: '604800',
    });
  });

  test('has keys by which an app may have our words in its own language', () => {
    const wording = { title: { text: 'Ann' }, body: { text: 'Photo', key: 'PARLEY_PHOTO' as const } };
    const { badge, ...photo } = { ...notification, wording };
    const { android } = payloadFor('fcm', 'GCM', photo).fcmV1Message.message;
    expect(android.notification).toMatchObject({ body_loc_key: 'PARLEY_PHOTO' });
    expect(payloadFor('apns', 'APNS', photo).aps).toMatchObject({
      alert: { body: 'Photo', 'loc-key': 'PARLEY_PHOTO' },
    });
    expect(payloadFor('apns', 'APNS', photo).aps).not.toHaveProperty('badge');
  });

  test.each([
    ['fcm', 'GCM'],
    ['apns', 'APNS'],
  ] as const)('for %s is as docs/push.md shows it', (platform, key) => {
    expect(exampleOf(platform)).toEqual(payloadFor(platform, key));
  });

  test('has the default that SNS asks for', () => {
    expect(JSON.parse(pushMessageOf(notification, 'fcm').message).default).toBe('Team: Ann mentioned you: Lunch?');
  });

  test('is below what the platforms take, whatever people write', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', '"', '\\', '\n', '€', '👨‍👩‍👧‍👦', '\u0301', '😀'),
      maxLength: 3_000,
    });
    fc.assert(
      fc.property(text, text, text, fc.boolean(), (title, senderName, said, isMention) => {
        const message = aMessage({ conversationId: 'x'.repeat(128), text: said, mentions: isMention ? ['bob'] : [] });
        const wording = wordingOf({ userId: 'bob', head: { type: 'group', title }, message, senderName }, 'full');
        const what = { ...notification, wording, conversationId: message.conversationId, messageId: 'm'.repeat(140) };
        for (const [platform, key] of [
          ['fcm', 'GCM'],
          ['apns', 'APNS'],
        ] as const) {
          const payload = JSON.parse(pushMessageOf(what, platform).message)[key];
          expect(Buffer.byteLength(payload)).toBeLessThanOrEqual(4_096);
        }
      }),
      { numRuns: 200 },
    );
  });
});

function exampleOf(platform: string): unknown {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/push.md'), 'utf8');
  const [, example = ''] = new RegExp(`<!-- example: ${platform} -->\\n\`\`\`json\\n([^]*?)\`\`\``).exec(page) ?? [];
  return JSON.parse(example);
}
