import { limits } from '../../contract/limits.ts';
import type { PatchScheduledMessage, ScheduledMessagePage } from '../../contract/scheduled-message.ts';
import { refuse, refuseFields } from '../domain/chat-error.ts';
import { type Content, contentOf, jsonBytesOf } from '../domain/message.ts';
import { ended, publicScheduled, type ScheduledMessage, type ScheduledPlace } from '../domain/scheduled-message.ts';
import type { Clock, PageRequest, Randomness } from './ports.ts';
import { timeOf, withoutAttachments } from './schedule-message.ts';
import type { ScheduledStore, Schedules } from './schedule-ports.ts';
import { untilDecided } from './until-decided.ts';

export interface ManageScheduledPorts {
  scheduled: Pick<ScheduledStore, 'find' | 'pageOf' | 'replace' | 'end'>;
  schedules: Schedules;
  clock: Pick<Clock, 'now' | 'sleep'>;
  randomness: Pick<Randomness, 'id'>;
}

/**
 * What the caller has scheduled in a conversation, what is over too. Whether they are a member still makes no difference: nobody sees
 * more than their own words, and who was removed finds out what became of them.
 */
export const listScheduled =
  ({ scheduled }: Pick<ManageScheduledPorts, 'scheduled'>) =>
  async (place: Omit<ScheduledPlace, 'scheduledId'>, page: PageRequest): Promise<ScheduledMessagePage> => {
    const { scheduled: found, ...next } = await scheduled.pageOf(place, page);
    return { scheduledMessages: found.map(publicScheduled), ...next };
  };

const changing = 'change the scheduled message';

/**
 * Another time, other words, or both. For another time there is another schedule, set before anything is written and dropped where
 * that fails; the former finds a message that is no longer its own. NOT_FOUND where the caller has none, CONFLICT once it is over or
 * being sent.
 */
export const changeScheduled =
  (ports: ManageScheduledPorts) =>
  async (place: ScheduledPlace, change: PatchScheduledMessage): Promise<ScheduledMessage> => {
    const { sendAt, ...words } = withoutAttachments(change, changing);
    const sendAtMs = sendAt === undefined ? undefined : timeOf(sendAt, ports.clock.now(), changing);
    return untilDecided({ ...ports, operation: changing }, async () => {
      const before = await oneOf(ports, place, changing);
      demandOpen(before, changing);
      const after = changed(before, words);
      const done = await (sendAtMs === undefined ? ports.scheduled.replace(after) : move(ports, after, sendAtMs));
      return done ?? 'outdated';
    });
  };

/** Sets the new schedule first, and drops whichever is too many. */
async function move(ports: ManageScheduledPorts, scheduled: ScheduledMessage, sendAtMs: number) {
  const { conversationId, senderId, scheduledId, schedule: former } = scheduled;
  const schedule = ports.randomness.id();
  await ports.schedules.set({ conversationId, senderId, scheduledId, schedule }, sendAtMs);
  const moved = await ports.scheduled.replace({ ...scheduled, sendAtMs, schedule });
  await ports.schedules.drop(moved ? former : schedule);
  return moved;
}

function changed(before: ScheduledMessage, words: Content): ScheduledMessage {
  const after = { ...before, ...contentOf(words), version: before.version + 1 };
  if (jsonBytesOf(contentOf(after)) > limits.messageBytes) {
    refuseFields(changing, [{ path: '', message: `must be at most ${limits.messageBytes} bytes as JSON` }]);
  }
  return after;
}

const cancelling = 'cancel the scheduled message';

/** It is never sent. Cancelling again is done already; NOT_FOUND and CONFLICT as for a change. */
export const cancelScheduled =
  (ports: ManageScheduledPorts) =>
  (place: ScheduledPlace): Promise<void> =>
    untilDecided({ ...ports, operation: cancelling }, async () => {
      const before = await oneOf(ports, place, cancelling);
      if (before.status === 'cancelled') return undefined;
      demandOpen(before, cancelling);
      const atMs = ports.clock.now();
      const isDone = await ports.scheduled.end(ended(before, { status: 'cancelled' }, atMs), atMs);
      if (!isDone) return 'outdated';
      await ports.schedules.drop(before.schedule);
      return undefined;
    });

const oneOf = async ({ scheduled }: ManageScheduledPorts, place: ScheduledPlace, operation: string) =>
  (await scheduled.find(place)) ?? refuse('NOT_FOUND', operation, 'the caller has no such scheduled message');

function demandOpen({ status, sendingSinceMs }: ScheduledMessage, operation: string): void {
  if (status !== 'scheduled') refuse('CONFLICT', operation, `it is ${status}`);
  if (sendingSinceMs !== undefined) refuse('CONFLICT', operation, 'it is being sent');
}
