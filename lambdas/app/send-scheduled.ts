import type { ErrorCode } from '../../contract/errors.ts';
import { ChatError, refuse } from '../domain/chat-error.ts';
import { contentOf } from '../domain/message.ts';
import { type Ending, ended, type ScheduledMessage, sentAs } from '../domain/scheduled-message.ts';
import { leaseAt } from '../domain/send-lease.ts';
import type { Clock, MessageStore } from './ports.ts';
import type { ScheduledStore, ScheduledTask } from './schedule-ports.ts';
import type { SendRequest, Sent } from './send-message.ts';

export interface SendScheduledPorts {
  scheduled: Pick<ScheduledStore, 'claim' | 'end'>;
  messages: Pick<MessageStore, 'findSent'>;
  /** From the whole chat. */
  bans: { isBanned(userId: string): Promise<boolean> };
  send: (request: SendRequest) => Promise<Sent>;
  clock: Pick<Clock, 'now'>;
}

/**
 * Sends what was scheduled, exactly once however often it runs, with the rights that its sender has now. A schedule that its message
 * no longer names does nothing. Of several runs at once, or one after another's crash, the last to claim says how it ended; all of
 * them send one and the same message. Throws where a later run may succeed.
 */
export const sendScheduled =
  (ports: SendScheduledPorts) =>
  async (task: ScheduledTask): Promise<void> => {
    const nowMs = ports.clock.now();
    const scheduled = await ports.scheduled.claim(task, nowMs);
    if (!scheduled) return;
    const ending = await endingOf(ports, scheduled, nowMs);
    const atMs = ports.clock.now();
    await ports.scheduled.end(ended(scheduled, ending, atMs), atMs);
  };

async function endingOf(ports: SendScheduledPorts, scheduled: ScheduledMessage, nowMs: number): Promise<Ending> {
  try {
    return { status: 'sent', seq: await seqOf(ports, scheduled, nowMs) };
  } catch (error) {
    if (!(error instanceof ChatError) || worthAnotherRun.includes(error.code)) throw error;
    return { status: 'failed', failure: { code: error.code, message: error.message } };
  }
}

const worthAnotherRun: ErrorCode[] = ['UNAVAILABLE', 'INTERNAL'];

async function seqOf(ports: SendScheduledPorts, scheduled: ScheduledMessage, nowMs: number): Promise<number> {
  const earlier = await sentEarlier(ports, scheduled, nowMs);
  if (earlier) return earlier.seq;
  if (await ports.bans.isBanned(scheduled.senderId)) refuse('FORBIDDEN', 'send the message', 'the sender is banned');
  const { message } = await ports.send(requestOf(scheduled));
  return message.seq;
}

/** By a run that died before it could say so, and of which the sender's memory of recent sends may know no more. */
async function sentEarlier({ messages }: SendScheduledPorts, scheduled: ScheduledMessage, nowMs: number) {
  const { sendingSinceMs = nowMs } = scheduled;
  if (sendingSinceMs === nowMs) return undefined;
  return messages.findSent({ ...scheduled, clientMessageId: sentAs(scheduled), lease: leaseAt(sendingSinceMs, 0) });
}

const requestOf = (scheduled: ScheduledMessage): SendRequest => ({
  conversationId: scheduled.conversationId,
  senderId: scheduled.senderId,
  clientMessageId: sentAs(scheduled),
  type: scheduled.type,
  ...contentOf(scheduled),
  ...(scheduled.replyTo !== undefined && { replyTo: scheduled.replyTo }),
  ...(scheduled.isService && { isService: true }),
});
