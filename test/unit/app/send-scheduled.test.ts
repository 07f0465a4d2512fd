import { describe, expect, test, vi } from 'vitest';
import type { SendRequest, Sent } from '../../../lambdas/app/send-message.ts';
import { sendScheduled } from '../../../lambdas/app/send-scheduled.ts';
import { ChatError } from '../../../lambdas/domain/chat-error.ts';
import type { ScheduledMessage } from '../../../lambdas/domain/scheduled-message.ts';
import { fakeClock } from '../../helpers/fake-clock.ts';
import { aMessage } from '../../helpers/memory-stores.ts';

const clock = fakeClock();
const scheduled: ScheduledMessage = {
  conversationId: 'g1',
  senderId: 'alice',
  scheduledId: 's1',
  clientMessageId: 'm1',
  type: 'text',
  text: 'Later',
  sendAtMs: clock.now(),
  createdAtMs: 0,
  status: 'scheduled',
  version: 2,
  schedule: 'name-1',
  sendingSinceMs: clock.now(),
};
const { conversationId, senderId, scheduledId, schedule } = scheduled;
const task = { conversationId, senderId, scheduledId, schedule };

function setUp(claimed: ScheduledMessage | undefined, send: (request: SendRequest) => Promise<Sent>) {
  const ports = {
    scheduled: { claim: async () => claimed, end: vi.fn(async (_: ScheduledMessage, atMs: number) => atMs > 0) },
    messages: { findSent: vi.fn(async () => undefined) },
    bans: { isBanned: async () => false },
    send: vi.fn(send),
    clock,
  };
  return { ports, run: () => sendScheduled(ports)(task) };
}

const sent = async () => ({ message: aMessage({ seq: 7 }), isNew: true });
const refusing = (code: ChatError['code']) => async () => {
  throw new ChatError(code, 'unable to send the message; because');
};

describe('sending what was scheduled', () => {
  test('ends it with the message that came of it, and asks for no earlier one at its first run', async () => {
    const { ports, run } = setUp(scheduled, sent);
    await run();
    expect(ports.messages.findSent).not.toHaveBeenCalled();
    expect(ports.send.mock.calls).toMatchObject([[{ clientMessageId: 'scheduled-s1', text: 'Later' }]]);
    const ending = { status: 'sent', seq: 7, version: 3, ttl: clock.now() / 1_000 + 30 * 24 * 3_600 };
    expect(ports.scheduled.end.mock.calls).toMatchObject([[ending, clock.now()]]);
  });

  test('does nothing for a schedule that is not its own', async () => {
    const { ports, run } = setUp(undefined, sent);
    await run();
    expect(ports.send).not.toHaveBeenCalled();
    expect(ports.scheduled.end).not.toHaveBeenCalled();
  });

  test.each(['FORBIDDEN', 'CONFLICT', 'VALIDATION_FAILED', 'NOT_FOUND', 'RATE_LIMITED'] as const)(
    '%s is its end, in the words that the sender would have been told',
    async (code) => {
      const { ports, run } = setUp(scheduled, refusing(code));
      await run();
      const failure = { code, message: 'unable to send the message; because' };
      expect(ports.scheduled.end.mock.calls).toMatchObject([[{ status: 'failed', failure }, clock.now()]]);
    },
  );

  test.each(['UNAVAILABLE', 'INTERNAL'] as const)('%s is not: another run may send it', async (code) => {
    const { ports, run } = setUp(scheduled, refusing(code));
    await expect(run()).rejects.toMatchObject({ code });
    expect(ports.scheduled.end).not.toHaveBeenCalled();
  });

  test('what nobody foresaw is not its end either', async () => {
    const { ports, run } = setUp(scheduled, async () => {
      throw new TypeError('a bug');
    });
    await expect(run()).rejects.toThrow('a bug');
    expect(ports.scheduled.end).not.toHaveBeenCalled();
  });

  test('a later run looks for the message of the first before it sends', async () => {
    const { ports, run } = setUp({ ...scheduled, sendingSinceMs: clock.now() - 60_000 }, sent);
    await run();
    expect(ports.messages.findSent).toHaveBeenCalledWith(
      expect.objectContaining({ conversationId: 'g1', senderId: 'alice', clientMessageId: 'scheduled-s1' }),
    );
    expect(ports.send).toHaveBeenCalledOnce();
  });
});
