import { limits } from '../../contract/limits.ts';
import type { ScheduleMessage } from '../../contract/scheduled-message.ts';
import { refuse, refuseFields } from '../domain/chat-error.ts';
import { mayPostAnywhere } from '../domain/conversation.ts';
import type { ChatFile } from '../domain/file.ts';
import { type Digest, positionIn } from '../domain/ids.ts';
import { contentOf } from '../domain/message.ts';
import { isService, type Principal } from '../domain/principal.ts';
import { leastLeadMs, mostLeadMs, type ScheduledMessage, scheduledIdOf } from '../domain/scheduled-message.ts';
import { admit } from './admit.ts';
import type { CarryFiles } from './carry-files.ts';
import { holdFiles } from './hold-files.ts';
import { demandOpen } from './message-access.ts';
import type { Clock, ConversationStore, Randomness } from './ports.ts';
import type { ScheduledStore, Schedules } from './schedule-ports.ts';
import { contentWith } from './send-message.ts';
import { tooLong } from './too-long.ts';

export interface SchedulePorts {
  conversations: Pick<ConversationStore, 'viewsOf'>;
  scheduled: Pick<ScheduledStore, 'find' | 'add'>;
  schedules: Schedules;
  carry: CarryFiles;
  clock: Pick<Clock, 'now'>;
  randomness: Pick<Randomness, 'id'>;
  digest: Digest;
}

export interface Scheduling {
  scheduled: ScheduledMessage;
  /** False when an earlier try had scheduled it. */
  isNew: boolean;
}

type Author = Pick<Principal, 'userId' | 'scopes'>;

const operation = 'schedule the message';

/**
 * Keeps a message until its time. One read, one batch read, the schedule, and one transaction; with files, one batch read more, and a
 * call of the bucket for each. The schedule comes first: what a crash leaves is one that finds no message of its own and does
 * nothing, never a message that nobody sends. FORBIDDEN, CONFLICT and VALIDATION_FAILED as for a send now; whether it may be sent is
 * asked again when its time has come.
 */
export const scheduleMessage =
  (ports: SchedulePorts) =>
  async (author: Author, conversationId: string, request: ScheduleMessage): Promise<Scheduling> => {
    const { clientMessageId } = request;
    const name = { conversationId, senderId: author.userId, clientMessageId };
    const place = { ...name, scheduledId: scheduledIdOf(ports.digest, name) };
    const known = await ports.scheduled.find(place);
    if (known) return { scheduled: known, isNew: false };
    demandReplyHere(conversationId, request);
    const sendAtMs = timeOf(request.sendAt, ports.clock.now(), operation);
    await demandPost(ports, author, conversationId, request);
    const held = await holdFiles(ports.carry, { ...request, ...place }, request.attachments ?? [], operation);
    const message: ScheduledMessage = {
      ...place,
      type: request.type,
      ...contentWith(request, held),
      ...(request.replyTo !== undefined && { replyTo: request.replyTo }),
      ...(isService(author) && { isService: true }),
      sendAtMs,
      createdAtMs: ports.clock.now(),
      status: 'scheduled',
      version: 1,
      schedule: ports.randomness.id(),
    };
    const errors = tooLong(contentOf(message));
    return errors.length > 0 ? refuseFields(operation, errors) : keep(ports, message, held);
  };

function demandReplyHere(conversationId: string, { replyTo }: ScheduleMessage): void {
  if (replyTo === undefined || positionIn(replyTo)?.conversationId === conversationId) return;
  refuseFields(operation, [{ path: 'replyTo', message: 'must be a message of this conversation' }]);
}

export function timeOf(sendAt: string, nowMs: number, operation: string): number {
  const atMs = Date.parse(sendAt);
  if (atMs >= nowMs + leastLeadMs && atMs <= nowMs + mostLeadMs) return atMs;
  return refuseFields(operation, [{ path: 'sendAt', message: 'must be from 10 seconds to a year ahead' }]);
}

/** Who may not send it now is told so now. */
async function demandPost(
  { conversations }: SchedulePorts,
  author: Author,
  conversationId: string,
  { type }: ScheduleMessage,
): Promise<void> {
  const [view] = await conversations.viewsOf(author.userId, [conversationId]);
  const admitted = admit(view ?? {}, { principal: author, right: 'post', operation });
  if (type === 'system' && !isService(author)) refuse('FORBIDDEN', operation, 'only a backend may say that');
  demandOpen({ ...admitted, changer: author, operation });
  const { head, member } = admitted;
  const mayPost = !head.posting || isService(author) || (member !== undefined && mayPostAnywhere(member.role));
  if (!mayPost) refuse('FORBIDDEN', operation, 'only moderators may post here');
}

async function keep(
  { scheduled, schedules }: SchedulePorts,
  message: ScheduledMessage,
  held: ChatFile[],
): Promise<Scheduling> {
  const { conversationId, senderId, scheduledId, schedule } = message;
  await schedules.set({ conversationId, senderId, scheduledId, schedule }, message.sendAtMs);
  const outcome = await scheduled.add(message, held);
  if (outcome === 'added') return { scheduled: message, isNew: true };
  await schedules.drop(schedule);
  if (outcome === 'tooMany') {
    refuse('CONFLICT', operation, `a user has at most ${limits.scheduledMessages} in one conversation`);
  }
  if (outcome === 'filesGone') {
    refuseFields(operation, [{ path: 'attachments', message: 'were sent, scheduled or deleted a moment ago' }]);
  }
  const winner = await scheduled.find(message);
  return winner
    ? { scheduled: winner, isNew: false }
    : refuse('UNAVAILABLE', operation, 'another try was under way just now');
}
