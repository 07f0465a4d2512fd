import type { ScheduledMessage, ScheduledPlace } from '../domain/scheduled-message.ts';
import type { PageRequest } from './ports.ts';

export interface ScheduledStore {
  /** One consistent read. */
  find(place: ScheduledPlace): Promise<ScheduledMessage | undefined>;
  /** A sender's own in one conversation, in the order of their ids, those that are over too. One query. */
  pageOf(
    place: Omit<ScheduledPlace, 'scheduledId'>,
    page: PageRequest,
  ): Promise<{ scheduled: ScheduledMessage[]; nextCursor?: string }>;
  /** `tooMany`: the sender has as many open ones in the conversation as one may have. One transaction. */
  add(scheduled: ScheduledMessage): Promise<'added' | 'wasThere' | 'tooMany'>;
  /** As it is then; nothing where it was written since it was seen. One transaction. */
  replace(scheduled: ScheduledMessage): Promise<ScheduledMessage | undefined>;
  /** Marks it as being sent by this schedule, every time; nothing where it is no longer to be. One conditional write. */
  claim(task: ScheduledTask, nowMs: number): Promise<ScheduledMessage | undefined>;
  /** Writes its end, and makes room for another one; a failure is told to its sender. False as for `replace`. One transaction. */
  end(scheduled: ScheduledMessage, atMs: number): Promise<boolean>;
}

/** What a schedule carries: which message, and the name of the schedule itself. */
export interface ScheduledTask extends ScheduledPlace {
  schedule: string;
}

export interface Schedules {
  /** Has the task run once, when its time has come or a little later. */
  set(task: ScheduledTask, atMs: number): Promise<void>;
  /** As well as it can: one that is left comes too late for its message, and does nothing. */
  drop(schedule: string): Promise<void>;
}
