import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, publishedBy } from '../helpers/client-local.ts';
import type { ChatSocket } from '../helpers/client-socket.ts';
import { startHost, type TestHost } from '../helpers/host.ts';
import * as given from '../helpers/steps-given.ts';
import * as then from '../helpers/steps-then.ts';
import * as when from '../helpers/steps-when.ts';

let host: TestHost;
beforeAll(async () => {
  host = await startHost();
});
afterAll(() => host.stop());

const typingHeardBy = (socket: ChatSocket) => socket.events().filter(({ type }) => type.startsWith('typing.'));

describe('typing', () => {
  test('is heard by those who look at the conversation, and by no other device', async () => {
    const [alice, bob] = [await given.user(host, 'alice'), await given.user(host, 'bob')];
    const [tablet, laptop] = [await given.connection(alice), await given.connection(bob)];
    const conversation = await given.directConversation(alice, bob);
    for (const socket of [alice.socket, tablet, bob.socket]) await when.joins(socket, conversation);

    expect(await alice.socket.request('typing.start', { conversationId: conversation })).toMatchObject({ ok: true });
    expect(await then.isToldOf(bob.socket, 'typing.started', conversation)).toEqual({ userId: alice.userId });
    expect(await alice.socket.request('typing.stop', { conversationId: conversation })).toMatchObject({ ok: true });
    expect(await then.isToldOf(bob.socket, 'typing.stopped', conversation)).toEqual({ userId: alice.userId });

    const message = await when.sendsByFrame(alice, conversation, 'done');
    for (const socket of [tablet, laptop]) await then.receives(socket, message);
    expect([alice.socket, tablet, laptop].flatMap(typingHeardBy)).toEqual([]);
  });

  test('that comes too often is refused, with the time to wait', async () => {
    const [alice, bob] = [await given.user(host, 'alice'), await given.absentUser(host, 'bob')];
    const conversation = await given.directConversation(alice, bob);
    const type = () => alice.socket.request('typing.start', { conversationId: conversation });
    // Each function remembers for itself, and frames go to as many as are busy: one after the other go to the same.
    expect(await type()).toMatchObject({ ok: true });
    expect(await type()).toMatchObject({
      ok: false,
      error: { code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) },
    });
  });

  test('is heard no more by who has left, or was removed', async () => {
    const [alice, bob, carol] = [
      await given.user(host, 'alice'),
      await given.user(host, 'bob'),
      await given.user(host, 'carol'),
    ];
    const dave = await given.user(host, 'dave');
    const conversation = await given.group(alice, [bob, carol, dave]);
    for (const { socket } of [bob, carol, dave]) await when.joins(socket, conversation);

    await bob.socket.request('conversation.leave', { conversationId: conversation });
    const path = `/conversations/${conversation}/members/${carol.userId}`;
    await when.calls(alice, path, { method: 'DELETE' });
    await then.isToldOf(carol.socket, 'member.removed', conversation);
    await alice.socket.request('typing.start', { conversationId: conversation });
    await then.isToldOf(dave.socket, 'typing.started', conversation);

    const last = await when.signals(alice, conversation, bob.userId);
    expect(last).toMatchObject({ ok: true, data: { reached: 1 } });
    await then.isToldOf(bob.socket, 'signal.received', conversation);
    expect([bob.socket, carol.socket].flatMap(typingHeardBy)).toEqual([]);
    then.isRefusal(await carol.socket.request('conversation.join', { conversationId: conversation }), {
      code: 'FORBIDDEN',
    });
  });
});

describe('a signal', () => {
  test('rings on every device of the other', async () => {
    const [alice, bob] = [await given.user(host, 'alice'), await given.user(host, 'bob')];
    const laptop = await given.connection(bob);
    const conversation = await given.directConversation(alice, bob);

    const reply = await when.signals(alice, conversation, bob.userId, { offer: { sdp: 'v=0' } });

    expect(reply).toMatchObject({ ok: true, data: { reached: 2 } });
    for (const socket of [bob.socket, laptop]) {
      expect(await then.isToldOf(socket, 'signal.received', conversation)).toEqual({
        fromUserId: alice.userId,
        payload: { offer: { sdp: 'v=0' } },
      });
    }
  });
});

describe('a push', () => {
  test('is not sent to who is looking on any device, and is when they no longer are', async () => {
    const [alice, bob] = [await given.user(host, 'alice'), await given.user(host, 'bob')];
    const laptop = await given.connection(bob);
    await given.device(bob, 'phone', 'fcm', 'token-of-bob');
    const conversation = await given.group(alice, [bob]);
    const pushesOf = async (messageId: string) =>
      (await publishedBy(host)).filter(({ message }) => message.includes(messageId));

    await when.joins(laptop, conversation);
    const seen = await when.sendsByFrame(alice, conversation, 'while you look');
    await then.receives(laptop, seen);
    await laptop.request('conversation.leave', { conversationId: conversation });
    const unseen = await when.sendsByFrame(alice, conversation, 'when you don’t');

    await eventually('a push', async () => ((await pushesOf(unseen.id)).length > 0 ? true : undefined));
    expect(await pushesOf(seen.id)).toEqual([]);
  });
});
