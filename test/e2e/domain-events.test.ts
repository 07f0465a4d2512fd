import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type DomainEvent, type DomainEventType, domainEventSchemas } from '../../contract/domain-event.ts';
import { advanceClock, clearFaults, eventsOnBus, eventually, setFault } from '../helpers/client-local.ts';
import { startHost, type TestHost } from '../helpers/host.ts';
import * as given from '../helpers/steps-given.ts';
import * as when from '../helpers/steps-when.ts';

let host: TestHost;
beforeAll(async () => {
  host = await startHost();
});
afterEach(() => clearFaults(host));
afterAll(() => host.stop());

/** Those that say anything of it, once there are so many. */
async function eventsOf(needle: string, count: number): Promise<DomainEvent[]> {
  const found = async () => {
    const events = (await eventsOnBus(host)).filter(({ detail }) => JSON.stringify(detail).includes(needle));
    return events.length >= count ? events : undefined;
  };
  const events = await eventually(`${count} events of ${needle}`, found);
  return events.map(({ detailType, detail }) => eventIn(detailType, detail));
}

/** As the contract has it, and nothing beside. */
function eventIn(detailType: string, detail: unknown): DomainEvent {
  const type = detailType as DomainEventType;
  expect(domainEventSchemas[type].parse(detail)).toEqual(detail);
  return { detailType, detail } as DomainEvent;
}

const typesOf = (events: DomainEvent[]) => events.map(({ detailType }) => detailType).toSorted();
const idsOf = (events: DomainEvent[]) => events.map(({ detail }) => detail.id);

describe('the bus hears', () => {
  test('of a conversation and all that happens in it, once each', async () => {
    const alice = await given.user(host, 'alice');
    const [bob, carol] = [await given.absentUser(host, 'bob'), await given.absentUser(host, 'carol')];
    const conversation = await given.group(alice, [bob], 'Lunch');
    const path = `/conversations/${conversation}`;
    const message = await when.sendsByFrame(alice, conversation, 'Noodles at noon?');
    await when.calls(alice, `/messages/${message.id}`, { method: 'PATCH', body: { text: 'Soup at noon?' } });
    await when.calls(alice, `/messages/${message.id}/reactions/%F0%9F%91%8D`, { method: 'PUT' });
    await when.calls(alice, `/messages/${message.id}`, { method: 'DELETE' });
    await when.calls(alice, `${path}/members`, { method: 'POST', body: { userIds: [carol.userId] } });
    await when.calls(alice, `${path}/members/${bob.userId}`, { method: 'PATCH', body: { role: 'moderator' } });
    await when.calls(carol, `${path}/members/me`, { method: 'DELETE' });
    await when.calls(alice, path, { method: 'PATCH', body: { title: 'Dinner' } });
    await when.calls(alice, path, { method: 'DELETE' });

    const events = await eventsOf(conversation, 9);
    expect(typesOf(events)).toEqual([
      'chat.conversation.closed',
      'chat.conversation.created',
      'chat.conversation.updated',
      'chat.member.added',
      'chat.member.removed',
      'chat.member.updated',
      'chat.message.created',
      'chat.message.deleted',
      'chat.message.updated',
    ]);
    expect(new Set(idsOf(events)).size).toBe(9);
    expect(events.find(({ detailType }) => detailType === 'chat.message.created')?.detail).toMatchObject({
      at: message.createdAt,
      conversation: { id: conversation, type: 'group' },
      sender: { userId: alice.userId },
      message: { id: message.id, seq: 1, type: 'text', preview: 'Noodles at noon?' },
      recipients: [bob.userId],
      recipientCount: 1,
    });
    expect(JSON.stringify(events.find(({ detailType }) => detailType === 'chat.message.deleted'))).not.toContain(
      'noon',
    );
  });

  test('of who comes and goes', async () => {
    const alice = await given.user(host, 'alice');
    const [online] = await eventsOf(alice.userId, 1);
    expect(online).toMatchObject({ detailType: 'chat.user.online', detail: { user: { userId: alice.userId } } });
    await alice.socket.close();
    // The grace begins when the host learns of the end, which may be after its clock was moved.
    const events = await eventually('her end', async () => {
      await advanceClock(host, 11);
      const heard = await eventsOf(alice.userId, 1);
      return heard.length > 1 ? heard : undefined;
    });
    expect(typesOf(events)).toEqual(['chat.user.offline', 'chat.user.online']);
  });

  test('of what was pushed, and of what could not be', async () => {
    const [alice, bob] = [await given.user(host, 'alice'), await given.absentUser(host, 'bob')];
    const conversation = await given.directConversation(alice, bob);
    for (const name of ['good', 'bad']) await given.device(bob, name, 'fcm', `${name}-${bob.userId}`);
    await setFault(host, { service: 'sns', operation: 'Publish', function: 'Notify', error: 'InvalidParameter' });

    const message = await when.sendsByFrame(alice, conversation, 'hello');
    const events = await eventsOf(message.id, 3);
    expect(typesOf(events)).toEqual(['chat.message.created', 'chat.notification.failed', 'chat.notification.sent']);
    expect(events.find(({ detailType }) => detailType === 'chat.notification.failed')?.detail).toMatchObject({
      user: { userId: bob.userId },
      channel: 'push',
      device: { platform: 'fcm' },
      reason: 'refused',
    });
  });
});

describe('a bus in trouble', () => {
  test.each([
    ['takes a call but for one of its events', { error: 'partial', times: 1 }],
    ['throttles', { error: 'ThrottlingException', times: 3 }],
    ['does not answer', { error: 'timeout', times: 1 }],
  ])('that %s loses none', async (_, fault) => {
    const [alice, bob] = [await given.user(host, 'alice'), await given.absentUser(host, 'bob')];
    const conversation = await given.group(alice, [bob]);
    await eventsOf(conversation, 1);
    await setFault(host, { service: 'events', operation: 'PutEvents', function: 'PublishEvents', ...fault });
    const sent = await Promise.all(['a', 'b', 'c', 'd'].map((text) => when.sendsByFrame(alice, conversation, text)));

    for (const { id } of sent) expect(typesOf(await eventsOf(id, 1))).toContain('chat.message.created');
    // What comes again has the id that it had.
    expect(new Set(idsOf(await eventsOf(conversation, 5))).size).toBe(5);
  });
});
