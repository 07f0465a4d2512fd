import type { ChatFile, FilePlace } from '../domain/file.ts';
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
  /**
   * With the files that are kept for it. `tooMany`: the sender has as many open ones in the conversation as one may have.
   * `filesGone`: one was sent or deleted meanwhile, or is kept for another. One transaction.
   */
  add(scheduled: ScheduledMessage, held: ChatFile[]): Promise<'added' | 'wasThere' | 'tooMany' | 'filesGone'>;
  /** As it is then; nothing where it was written since it was seen, or a file is gone. One transaction. */
  replace(scheduled: ScheduledMessage, files: HeldChange): Promise<ScheduledMessage | undefined>;
  /** Marks it as being sent by this schedule, every time; nothing where it is no longer to be. One conditional write. */
  claim(task: ScheduledTask, nowMs: number): Promise<ScheduledMessage | undefined>;
  /**
   * Writes its end, and makes room for another one; a failure is told to its sender. False as for `replace`. One transaction. Where
   * it was not sent, one conditional write more for each file, which is kept no longer.
   */
  end(scheduled: ScheduledMessage, atMs: number): Promise<boolean>;
}

/** The files that a change has kept for a message, and those that it has let go. */
export interface HeldChange {
  held: ChatFile[];
  dropped: FilePlace[];
  atMs: number;
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
