import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { BatchGetCommand, GetCommand, QueryCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, it } from 'vitest';
import type { DevicePlatform } from '../../../contract/device.ts';
import { listDevices, registerDevice, removeDevice } from '../../../lambdas/app/manage-devices.ts';
import { saveNotifications, showNotifications } from '../../../lambdas/app/manage-notifications.ts';
import { notify } from '../../../lambdas/app/notify.ts';
import type { NotificationCheck } from '../../../lambdas/app/push-ports.ts';
import { connectionStore } from '../../../lambdas/data/connection-store.ts';
import { deviceStore } from '../../../lambdas/data/device-store.ts';
import { deviceItem, headItem, memberItem, messageItem, ownerItem } from '../../../lambdas/data/items.ts';
import { notificationsKey } from '../../../lambdas/data/keys.ts';
import { messageStore } from '../../../lambdas/data/message-store.ts';
import { notificationStore } from '../../../lambdas/data/notification-store.ts';
import { pushStore } from '../../../lambdas/data/push-store.ts';
import { smsBudget } from '../../../lambdas/data/sms-budget.ts';
import type { Member } from '../../../lambdas/domain/conversation.ts';
import type { Message } from '../../../lambdas/domain/message.ts';
import { fakeClock } from '../../helpers/fake-clock.ts';
import { aHead, aMember, aMessage } from '../../helpers/memory-stores.ts';
import { recordedBus } from '../../helpers/recorded-bus.ts';
import { recordedTable } from '../../helpers/recorded-table.ts';

const clock = fakeClock();
const deviceOf = (userId: string, platform: DevicePlatform = 'fcm') => ({
  userId,
  deviceId: 'd',
  platform,
  token: 't',
  endpointArn: `arn-of-${userId}`,
  registeredAtMs: 0,
});
const answering = (items: object[]) => ({ Responses: { Chat: items } });

interface Situation {
  userIds?: string[];
  settings?: object;
  member?: Partial<Member>;
  message?: Partial<Message>;
  conversationId?: string;
  platform?: DevicePlatform;
}

/** A table in which these users, each with one device, were not looking when a message came. */
function tableWith({ userIds = ['bob'], settings = { hasDevices: true }, ...situation }: Situation = {}) {
  const { member = {}, message = {}, conversationId = 'g1', platform = 'fcm' } = situation;
  const recorded = recordedTable();
  const members = userIds.map((userId) => memberItem(aMember({ conversationId, userId, ...member }), 0));
  recorded.mock
    .on(BatchGetCommand)
    .resolvesOnce(answering(userIds.map((userId) => ({ ...notificationsKey(userId), ...settings }))))
    .resolvesOnce(answering([headItem(aHead({ conversationId, lastSeq: 1 })), ...members]))
    .resolves({});
  recorded.mock
    .on(QueryCommand)
    .resolvesOnce({ Items: [messageItem(aMessage({ conversationId, ...message }))] })
    .resolves({ Items: [deviceItem(deviceOf('bob', platform))] });
  const check = { conversationId, seq: 1, senderId: 'alice', atMs: 0, userIds };
  return { ...recorded, check };
}

async function callsOf({ table, calls, check }: ReturnType<typeof tableWith>, more: Partial<NotificationCheck> = {}) {
  const ports = {
    settings: notificationStore(table),
    pushes: pushStore(table),
    connections: connectionStore(table),
    messages: messageStore(table),
    devices: deviceStore(table),
    push: { push: async () => 'accepted' as const },
    sms: { send: async () => true },
    smsBudget: smsBudget(table, { perUserPerDay: 1, perDay: 1 }),
    bus: recordedBus().bus,
    checks: { checkLater: async () => {} },
    clock,
  };
  await notify(ports, 'defer')({ ...check, ...more });
  return calls().join(' ');
}

/** Settings; head and membership; message; connections; blocks; name; devices; claim. */
const pushing = 'BatchGet BatchGet Query BatchGet BatchGet BatchGet Query Update';

/** One of the reads of all before devices are asked for. */
const without = (call: string) => pushing.replace(`${call} Query Update`, 'Query Update');

describe('the table calls of a notification', () => {
  it('for who has neither device nor SMS: one read, of whatever number of users', async () => {
    const nobody = tableWith({ settings: {} });
    expect(await callsOf(nobody)).toBe('BatchGet');
    const hundred = tableWith({ userIds: Array.from({ length: 100 }, (_, n) => `user-${n}`), settings: {} });
    expect(await callsOf(hundred)).toBe('BatchGet');
  });

  it.each<[string, Situation, string]>([
    ['that is pushed in a group', {}, pushing],
    // The memberships of a direct conversation say who has blocked whom.
    ['that is pushed between two', { conversationId: 'd1' }, without('BatchGet')],
    ['that shows no name', { settings: { hasDevices: true, settings: { preview: 'none' } } }, without('BatchGet')],
    [
      'about an answer: whom it answers',
      { message: { replyTo: 3 } },
      pushing.replace('Query BatchGet', 'Query BatchGet BatchGet'),
    ],
    [
      'with a badge: the list of conversations, their heads',
      { platform: 'apns' },
      pushing.replace('Query Update', 'Query Query BatchGet Update'),
    ],
    [
      'by SMS: its budgets',
      { settings: { settings: { push: false, sms: true, phoneNumber: '+49' } } },
      pushing.replace('Query Update', 'Update Update Update'),
    ],
    ['of what is read: no more than what says so', { member: { lastReadSeq: 1 } }, 'BatchGet BatchGet Query BatchGet'],
    ['to who left: no more than what says so', { userIds: [] }, ''],
    [
      'in quiet hours: the mark',
      { settings: { hasDevices: true, settings: { quietHours: { start: '00:00', end: '23:59', timeZone: 'UTC' } } } },
      'BatchGet BatchGet Query BatchGet BatchGet Update',
    ],
  ])('%s', async (_, situation, expected) => {
    expect(await callsOf(tableWith(situation))).toBe(expected);
  });

  it('that waits: none', async () => {
    expect(await callsOf(tableWith(), { deferredUntilMs: clock.now() + 1 })).toBe('');
  });

  it('to a hundred: what is read of all is read together, two calls are each one’s own', async () => {
    const userIds = Array.from({ length: 98 }, (_, n) => `user-${n}`);
    const calls = (await callsOf(tableWith({ userIds }))).split(' ');
    const count = (kind: string) => calls.filter((call) => call === kind).length;
    // Blocks are two items for each of them.
    expect({ batches: count('BatchGet'), queries: count('Query'), updates: count('Update') }).toEqual({
      batches: 3 + 2 + 1,
      queries: 1 + 98,
      updates: 98,
    });
  });

  it('reads nothing consistently but the message', async () => {
    const recorded = tableWith();
    await callsOf(recorded);
    const reads = recorded.mock.commandCalls(BatchGetCommand).map(({ args: [{ input }] }) => input.RequestItems?.Chat);
    expect(new Set(reads.map((read) => read?.ConsistentRead))).toEqual(new Set([false]));
    expect(recorded.input(2)).toMatchObject({ ConsistentRead: true, Limit: 1 });
  });

  it('claims what is not read and not pushed about, of who is a member, and announces nothing', async () => {
    const recorded = tableWith();
    await callsOf(recorded);
    expect(recorded.input(7)).toMatchObject({
      UpdateExpression: 'SET notifiedSeq = :seq, notifiedBy = :by REMOVE deferredPush, emit, changed',
      ConditionExpression:
        'attribute_exists(PK) AND lastReadSeq < :seq AND (attribute_not_exists(notifiedSeq) OR notifiedSeq < :seq)',
    });
  });

  it('that somebody else has claimed: none after the claim', async () => {
    const recorded = tableWith({ settings: { hasDevices: true, settings: { sms: true, phoneNumber: '+49' } } });
    const taken = new ConditionalCheckFailedException({ message: 'taken', $metadata: { attempts: 1 } });
    recorded.mock.on(UpdateCommand).rejects(taken);
    expect(await callsOf(recorded)).toBe(pushing);
  });
});

describe('a claim that the SDK tried twice', () => {
  const claim = async (standing: (own: string) => string) => {
    const recorded = recordedTable();
    recorded.mock.on(UpdateCommand).callsFake(({ ExpressionAttributeValues }) => {
      const item = memberItem(aMember({ notifiedSeq: 1, notifiedBy: standing(ExpressionAttributeValues[':by']) }), 0);
      throw new ConditionalCheckFailedException({ message: 'no', Item: marshall(item), $metadata: { attempts: 2 } });
    });
    return pushStore(recorded.table).claim({ conversationId: 'g1', userId: 'bob', seq: 1 });
  };

  it('and that meets itself is won', async () => {
    expect(await claim((own) => own)).toBe(true);
  });

  it('and that meets another of the same message is lost', async () => {
    expect(await claim(() => 'another')).toBe(false);
  });
});

describe('the table calls of devices', () => {
  const registry = { register: async () => 'arn-of-bob', unregister: async () => {} };
  const portsOver = ({ table }: ReturnType<typeof recordedTable>) => ({ devices: deviceStore(table), registry, clock });
  const request = { platform: 'fcm' as const, token: 't' };

  it('registered, registered again as they are, listed and removed', async () => {
    const recorded = recordedTable();
    await registerDevice(portsOver(recorded))('bob', 'd', request);
    expect(recorded.calls()).toEqual(['Query', 'Get', 'TransactWrite']);

    const known = recordedTable();
    known.mock.on(QueryCommand).resolves({ Items: [deviceItem(deviceOf('bob'))] });
    known.mock.on(GetCommand).resolves({ Item: deviceItem(deviceOf('bob')) });
    await registerDevice(portsOver(known))('bob', 'd', request);
    await listDevices(portsOver(known))('bob');
    await removeDevice(portsOver(known))('bob', 'd');
    expect(known.calls()).toEqual(['Query', 'Query', 'Get', 'TransactWrite']);
  });

  it('that change hands: the address, both devices and the mark, at once', async () => {
    const recorded = recordedTable();
    recorded.mock.on(GetCommand).resolves({ Item: ownerItem(deviceOf('eve')) });
    await registerDevice(portsOver(recorded))('bob', 'd', request);
    const { TransactItems } = recorded.input(2);
    expect((TransactItems as object[]).map((part) => Object.keys(part))).toEqual([
      ['Put'],
      ['Delete'],
      ['Put'],
      ['Update'],
    ]);
  });

  it('settings shown and saved', async () => {
    const recorded = recordedTable();
    const settings = notificationStore(recorded.table);
    const bob = { userId: 'bob', scopes: [], expiresAt: 0 };
    await showNotifications({ settings })(bob);
    await saveNotifications({ settings })(bob, { push: true, sms: false, preview: 'full' });
    expect(recorded.calls()).toEqual(['Get', 'Update']);
  });
});
