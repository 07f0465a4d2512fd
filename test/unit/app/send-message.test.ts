import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type SendPorts, type SendRequest, sendMessage } from '../../../lambdas/app/send-message.ts';
import { digest } from '../../../lambdas/runtime/randomness.ts';
import { carryNothing } from '../../helpers/carry-nothing.ts';
import { fakeClock } from '../../helpers/fake-clock.ts';
import { aMessage, memoryConversation } from '../../helpers/memory-stores.ts';

function setup() {
  const conversation = memoryConversation();
  const clock = fakeClock();
  const ports: SendPorts = {
    ...conversation,
    carry: carryNothing,
    clock,
    randomness: { fraction: Math.random },
    digest,
  };
  return { conversation, clock, ports, send: sendMessage(ports) };
}

/** The same store, each method taken through `change` first. */
const changing = <Store extends object>(store: Store, change: (method: Method, name: string) => Method): Store =>
  new Proxy(store, {
    get: (target, name): Method => change(Reflect.get<object, PropertyKey>(target, name), String(name)),
  });

type Method = (...parameters: unknown[]) => Promise<unknown>;

const aSend = (over: Partial<SendRequest> = {}): SendRequest => ({
  conversationId: 'c1',
  senderId: 'alice',
  clientMessageId: 'm1',
  type: 'text',
  text: 'hello',
  ...over,
});

describe('sending', () => {
  it('writes the message at the next seq, with the member list that it is for', async () => {
    const { conversation, send } = setup();
    conversation.head.lastSeq = 6;
    conversation.head.membershipVersion = 3;

    const { message, isNew } = await send(aSend({ metadata: { colour: 'red' }, via: 'conn1' }));

    expect(isNew).toBe(true);
    expect(message).toMatchObject({ seq: 7, membershipVersion: 3, metadata: { colour: 'red' }, via: 'conn1', rev: 0 });
    expect(conversation.log).toEqual([message]);
  });

  it('answers a repeat with the first message, whatever the repeat says', async () => {
    const { conversation, send } = setup();
    const first = await send(aSend());

    const repeat = await send(aSend({ text: 'something else' }));

    expect(repeat).toEqual({ message: first.message, isNew: false });
    expect(conversation.log).toHaveLength(1);
    expect(conversation.member.ownSinceRead).toBe(1);
  });

  it('gives the same answer to repeats after any time', async () => {
    const { clock, conversation, send } = setup();
    const first = await send(aSend());
    clock.advance(24 * 3_600_000);

    expect((await send(aSend())).message).toEqual(first.message);
    expect(conversation.log).toHaveLength(1);
  });

  it('refuses whoever is not a member, and leaves nothing behind', async () => {
    const { conversation, send } = setup();

    await expect(send(aSend({ senderId: 'mallory' }))).rejects.toMatchObject({ code: 'FORBIDDEN' });

    expect(conversation.head.lastSeq).toBe(0);
  });

  it.each([
    { reason: 'a closed conversation is a conflict', head: { closedAtMs: 1 }, code: 'CONFLICT' },
    {
      reason: 'a member may not post where only moderators do',
      head: { posting: 'moderators' as const },
      code: 'FORBIDDEN',
    },
  ])('$reason, and a refused send leaves no trace', async ({ head, code }) => {
    const { conversation, send } = setup();
    Object.assign(conversation.head, head);

    await expect(send(aSend())).rejects.toMatchObject({ code });

    expect(conversation.member).toMatchObject({ recentSends: {}, ownSinceRead: 0 });
    conversation.head.closedAtMs = undefined;
    conversation.head.posting = undefined;
    expect((await send(aSend())).message.seq).toBe(1);
  });

  it('lets a moderator post where members may not', async () => {
    const { conversation, send } = setup();
    conversation.head.posting = 'moderators';
    conversation.member.role = 'moderator';

    expect((await send(aSend())).isNew).toBe(true);
  });
});

describe('a send where the conversation is in slow mode', () => {
  const slow = () => {
    const context = setup();
    context.conversation.head.slowModeSeconds = 30;
    return context;
  };

  it('is taken at first, then refused until the time is over, and leaves no trace', async () => {
    const { conversation, clock, send } = slow();
    await send(aSend());
    clock.advance(10_000);

    await expect(send(aSend({ clientMessageId: 'm2' }))).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      details: { retryAfterMs: 20_000 },
    });
    expect(Object.keys(conversation.member.recentSends)).toHaveLength(1);
    expect(conversation.member.ownSinceRead).toBe(1);
    clock.advance(20_000);
    expect((await send(aSend({ clientMessageId: 'm2' }))).message.seq).toBe(2);
  });

  it('need not wait as a repeat', async () => {
    const { send } = slow();
    const { message } = await send(aSend());
    expect(await send(aSend())).toEqual({ message, isNew: false });
  });

  it.each(['moderator', 'owner'] as const)('is taken from the %s at once', async (role) => {
    const { conversation, send } = slow();
    conversation.member.role = role;
    await send(aSend());
    expect((await send(aSend({ clientMessageId: 'm2' }))).isNew).toBe(true);
  });
});

describe('a send whose first try died', () => {
  const dyingAt = async (step: 'allocateSeq' | 'append', after: boolean) => {
    const context = setup();
    const die = <Store extends object>(store: Store): Store =>
      changing(store, (method, name) => {
        if (name !== step) return method;
        return async (...parameters: unknown[]) => {
          if (after) await method(...parameters);
          throw new Error('the function died');
        };
      });
    const { conversations, messages } = context.conversation;
    const first = sendMessage({ ...context.ports, conversations: die(conversations), messages: die(messages) });
    await expect(first(aSend())).rejects.toThrow('the function died');
    return context;
  };

  it.each([
    { when: 'before it took a seq', step: 'allocateSeq' as const, after: false, seq: 1 },
    { when: 'after it took a seq', step: 'allocateSeq' as const, after: true, seq: 2 },
    { when: 'before it wrote the message', step: 'append' as const, after: false, seq: 2 },
  ])('$when is finished by a repeat once its lease is over', async ({ step, after, seq }) => {
    const { conversation, clock, send } = await dyingAt(step, after);
    clock.advance(13_000);

    const { message } = await send(aSend());

    expect(message.seq).toBe(seq);
    expect(conversation.log).toEqual([message]);
    expect(conversation.member.ownSinceRead).toBe(1);
  });

  it('after it wrote the message is answered at once', async () => {
    const { conversation, clock, send } = await dyingAt('append', true);
    const startedAt = clock.now();

    expect(await send(aSend())).toMatchObject({ isNew: false, message: { seq: 1 } });

    expect(clock.now()).toBe(startedAt);
    expect(conversation.log).toHaveLength(1);
  });

  it('is not finished while the first try may still be alive: the repeat is told to come again', async () => {
    const { conversation, clock, send } = await dyingAt('append', false);
    const startedAt = clock.now();

    await expect(send(aSend())).rejects.toMatchObject({ code: 'UNAVAILABLE' });

    expect(clock.now() - startedAt).toBeLessThanOrEqual(8_000);
    expect(conversation.log).toEqual([]);
  });

  it('waits for a first try that is still alive', async () => {
    const { conversation, clock, send } = await dyingAt('append', false);
    const sleep = clock.sleep;
    clock.sleep = async (ms) => {
      await sleep(ms);
      if (conversation.log.length === 0) conversation.log.push(aMessage({ clientMessageId: 'm1' }));
    };

    expect(await send(aSend())).toMatchObject({ isNew: false, message: { seq: 1 } });
  });

  it('judges a lease before it looks, since the first try may end in between', async () => {
    const { conversation, clock, send } = await dyingAt('append', false);
    clock.advance(11_990);
    const findSent = conversation.messages.findSent;
    const missing: boolean[] = [];
    conversation.messages.findSent = async (sent) => {
      const found = await findSent(sent);
      if (missing.push(true) > 1) return found;
      // The first try writes its message after this look has missed it, while the clock passes the lease's end.
      await conversation.messages.append(aMessage({ clientMessageId: 'm1' }));
      clock.advance(100);
      return found;
    };

    expect(await send(aSend())).toMatchObject({ isNew: false });
    expect(conversation.log).toHaveLength(1);
  });
});

describe('sends side by side', () => {
  it('make one message for each clientMessageId in any interleaving, and equal answers', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 2, maxLength: 8 }),
        async (scheduler, clientMessageIds) => {
          const { conversation, ports } = setup();
          const scheduled = <Store extends object>(store: Store): Store =>
            changing(store, (method) => scheduler.scheduleFunction(method));
          const send = sendMessage({
            ...ports,
            members: scheduled(conversation.members),
            conversations: scheduled(conversation.conversations),
            messages: scheduled(conversation.messages),
            clock: { now: ports.clock.now, sleep: scheduler.scheduleFunction(async () => undefined) },
          });

          const sent = Promise.all(clientMessageIds.map((clientMessageId) => send(aSend({ clientMessageId }))));
          await scheduler.waitFor(sent);

          const distinct = new Set(clientMessageIds);
          expect(conversation.log).toHaveLength(distinct.size);
          expect(conversation.log.map(({ seq }) => seq).toSorted()).toEqual([...distinct].map((_, index) => index + 1));
          expect(conversation.member.ownSinceRead).toBe(distinct.size);
          for (const [position, { message }] of (await sent).entries()) {
            expect(message.clientMessageId).toBe(clientMessageIds[position]);
            expect(conversation.log).toContainEqual(message);
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});
