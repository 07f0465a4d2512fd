import { type EditMessage, hasMediaFacts } from '../../contract/message.ts';
import type { PatchScheduledMessage, ScheduledMessagePage } from '../../contract/scheduled-message.ts';
import { refuse, refuseFields } from '../domain/chat-error.ts';
import { type ChatFile, type FilePlace, placeIn } from '../domain/file.ts';
import { contentOf, isSaid } from '../domain/message.ts';
import { ended, publicScheduled, type ScheduledMessage, type ScheduledPlace } from '../domain/scheduled-message.ts';
import type { CarryFiles } from './carry-files.ts';
import { holdFiles } from './hold-files.ts';
import type { Clock, PageRequest, Randomness } from './ports.ts';
import { timeOf } from './schedule-message.ts';
import type { HeldChange, ScheduledStore, Schedules } from './schedule-ports.ts';
import { contentWith } from './send-message.ts';
import { tooLong } from './too-long.ts';
import { untilDecided } from './until-decided.ts';

export interface ManageScheduledPorts {
  scheduled: Pick<ScheduledStore, 'find' | 'pageOf' | 'replace' | 'end'>;
  schedules: Schedules;
  carry: CarryFiles;
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
 * that fails; the former finds a message that is no longer its own. Files that it names now are kept with the change, in one
 * transaction, and those that it leaves out are let go. NOT_FOUND where the caller has none, CONFLICT once it is over or
 * being sent.
 */
export const changeScheduled =
  (ports: ManageScheduledPorts) =>
  async (place: ScheduledPlace, change: PatchScheduledMessage): Promise<ScheduledMessage> => {
    const { sendAt, ...words } = change;
    const sendAtMs = sendAt === undefined ? undefined : timeOf(sendAt, ports.clock.now(), changing);
    return untilDecided({ ...ports, operation: changing }, async () => {
      const before = await oneOf(ports, place, changing);
      demandOpen(before, changing);
      const { after, files } = await changed(ports, before, words);
      const done = await (sendAtMs === undefined
        ? ports.scheduled.replace(after, files)
        : move(ports, { ...after, sendAtMs }, files));
      return done ?? 'outdated';
    });
  };

/** Sets the new schedule first, and drops whichever is too many. */
async function move(ports: ManageScheduledPorts, scheduled: ScheduledMessage, files: HeldChange) {
  const { conversationId, senderId, scheduledId, schedule: former, sendAtMs } = scheduled;
  const schedule = ports.randomness.id();
  await ports.schedules.set({ conversationId, senderId, scheduledId, schedule }, sendAtMs);
  const moved = await ports.scheduled.replace({ ...scheduled, schedule }, files);
  await ports.schedules.drop(moved ? former : schedule);
  return moved;
}

async function changed({ carry, clock }: ManageScheduledPorts, before: ScheduledMessage, words: EditMessage) {
  const said = { ...before, ...words };
  if (!hasMediaFacts(said)) refuseChange('attachments', 'need width and height, or durationMs and waveform');
  const held = await holdFiles(carry, said, words.attachments ?? [], changing);
  const after = { ...before, ...contentWith(words, held), version: before.version + 1 };
  if (!isSaid(after)) refuseChange('attachments', 'nothing would be left to say');
  const errors = tooLong(contentOf(after));
  if (errors.length > 0) refuseFields(changing, errors);
  const dropped = words.attachments ? droppedFrom(before, held) : [];
  return { after, files: { held, dropped, atMs: clock.now() } };
}

const refuseChange = (path: string, message: string): never => refuseFields(changing, [{ path, message }]);

const droppedFrom = ({ attachments = [] }: ScheduledMessage, held: ChatFile[]): FilePlace[] =>
  attachments
    .flatMap(({ attachmentId }) => placeIn(attachmentId) ?? [])
    .filter(({ fileId }) => !held.some((file) => file.fileId === fileId));

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
