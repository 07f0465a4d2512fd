import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OpenTarget, openTarget } from '../helpers/client-target.ts';
import * as given from '../helpers/steps-given.ts';
import * as then from '../helpers/steps-then.ts';
import * as when from '../helpers/steps-when.ts';

let target: OpenTarget;
beforeAll(async () => {
  target = await openTarget();
});
afterAll(() => target.close());

describe('two users', () => {
  test('chat both ways by frame', async () => {
    const alice = await given.user(target, 'alice');
    const bob = await given.user(target, 'bob');
    const conversation = await given.directConversation(alice, bob);

    const hello = await when.sendsByFrame(alice, conversation, 'Hello, Bob');
    expect(await then.receives(bob.socket, hello)).toEqual({
      type: 'message.created',
      conversationId: conversation,
      at: hello.createdAt,
      data: { message: hello },
    });
    const answer = await when.sendsByFrame(bob, conversation, 'Hello, Alice 👋');
    await then.receives(alice.socket, answer);

    const page = await then.historyIs(bob, conversation, ['Hello, Bob', 'Hello, Alice 👋']);
    expect(page.messages.map(({ seq, senderId }) => [seq, senderId])).toEqual([
      [1, alice.userId],
      [2, bob.userId],
    ]);
  });

  test('chat both ways by HTTP', async () => {
    const alice = await given.user(target, 'alice');
    const bob = await given.user(target, 'bob');
    const conversation = await given.directConversation(alice, bob);

    const hello = await when.triesByHttp(alice, conversation, { text: 'Hello' });
    expect(hello.status).toBe(201);
    await then.receives(bob.socket, hello.body.message);
    await then.receives(alice.socket, await when.sendsByHttp(bob, conversation, 'Hi'));
  });

  test('are both told of a conversation that one of them opens', async () => {
    const alice = await given.user(target, 'alice');
    const bob = await given.user(target, 'bob');
    const conversation = await given.directConversation(alice, bob);
    const told = await then.isTold(bob.socket, conversation);
    expect(told).toMatchObject({
      conversationId: conversation,
      data: { conversation: { type: 'direct', memberCount: 2 } },
    });
  });

  test('share one conversation, even when both open it at once', async () => {
    const alice = await given.absentUser(target, 'alice');
    const bob = await given.absentUser(target, 'bob');
    const attempts = Array.from({ length: 8 }, (_, turn) => {
      const [one, other] = turn % 2 ? [alice, bob] : [bob, alice];
      return given.directConversation(one, other);
    });
    expect(new Set(await Promise.all(attempts)).size).toBe(1);
    expect((await when.lists(bob)).conversations).toHaveLength(1);
  });
});

describe('one user’s devices', () => {
  test('the other device gets the event, the sending connection only its reply', async () => {
    const alice = await given.user(target, 'alice');
    const tablet = await given.connection(alice);
    const bob = await given.user(target, 'bob');
    const conversation = await given.directConversation(alice, bob);

    await then.receives(tablet, await when.sendsByFrame(alice, conversation, 'from my phone'));
    // Events of a conversation come in order: with Bob's here, one of Alice's own would be here too.
    await then.receives(alice.socket, await when.sendsByFrame(bob, conversation, 'well received'));
    expect(then.messagesReceived(alice.socket, conversation).map(({ text }) => text)).toEqual(['well received']);
  });

  test('a message sent by HTTP reaches all of the sender’s connections', async () => {
    const alice = await given.user(target, 'alice');
    const bob = await given.absentUser(target, 'bob');
    const conversation = await given.directConversation(alice, bob);
    await then.receives(alice.socket, await when.sendsByHttp(alice, conversation, 'a note'));
  });
});

describe('a frame without an id', () => {
  test('is carried out and not replied to', async () => {
    const alice = await given.user(target, 'alice');
    const bob = await given.user(target, 'bob');
    const conversation = await given.directConversation(alice, bob);
    const data = { conversationId: conversation, clientMessageId: 'm1', text: 'no receipt, please' };
    alice.socket.sendRaw(JSON.stringify({ action: 'message.send', data }));
    await then.receivesAll(bob.socket, conversation, 1);
    await when.sendsByFrame(alice, conversation, 'with a receipt');
    expect(alice.socket.frames.all().filter((frame) => 'reply' in frame)).toHaveLength(1);
  });

  test('is replied to when it fails', async () => {
    const alice = await given.user(target, 'alice');
    alice.socket.sendRaw(JSON.stringify({ action: 'message.send', data: {} }));
    const reply = await alice.socket.frames.first('a reply', (frame) => ('reply' in frame ? frame : undefined));
    expect(reply).toMatchObject({ reply: 'message.send', id: null, ok: false, error: { code: 'VALIDATION_FAILED' } });
  });
});

describe('many messages at once', () => {
  test('200 in quick succession from two senders reach everyone once, in one order that keeps each sender’s own', async () => {
    const [alice, bob, carol] = [
      await given.user(target, 'alice'),
      await given.user(target, 'bob'),
      await given.user(target, 'carol'),
    ];
    const phone = await given.connection(carol);
    const conversation = await given.group(alice, [bob, carol]);
    await Promise.all([alice, bob].map((sender) => sendOneAfterTheOther(sender, conversation, 100)));

    const received = await then.receivesAll(carol.socket, conversation, 200);
    expect(received.map(({ seq }) => seq).toSorted(ascending)).toEqual(Array.from({ length: 200 }, (_, n) => n + 1));
    expect(await then.receivesAll(phone, conversation, 200)).toEqual(received);
    const fromAlice = received.filter(({ senderId }) => senderId === alice.userId).map(({ seq }) => seq);
    const fromBob = received.filter(({ senderId }) => senderId === bob.userId).map(({ seq }) => seq);
    expect(fromAlice).toEqual(fromAlice.toSorted(ascending));
    // Alice's own connection is told of the others' messages alone.
    const told = await then.receivesAll(alice.socket, conversation, 100);
    expect(told.map(({ seq }) => seq)).toEqual(fromBob);
    expect(fromBob).toEqual(fromBob.toSorted(ascending));
  });

  test('one clientMessageId sent 50 times over both transports is one message and 50 equal answers', async () => {
    const alice = await given.user(target, 'alice');
    const bob = await given.user(target, 'bob');
    const conversation = await given.directConversation(alice, bob);
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, turn) =>
        turn % 2
          ? when.sendsByFrame(alice, conversation, 'once', 'the-same')
          : when.sendsByHttp(alice, conversation, 'once', 'the-same'),
      ),
    );
    expect(new Set(answers.map((message) => JSON.stringify(message))).size).toBe(1);
    const { lastSeq } = await then.historyIs(bob, conversation, ['once']);
    expect(lastSeq).toBe(1);
    const [summary] = (await when.lists(bob)).conversations;
    expect(summary).toMatchObject({ unreadCount: 1, lastMessage: { text: 'once' } });
  });
});

const ascending = (a: number, b: number) => a - b;

async function sendOneAfterTheOther(sender: given.User, conversation: string, count: number): Promise<void> {
  for (let n = 1; n <= count; n += 1) await when.sendsByFrame(sender, conversation, `${n}`);
}
