import type { NotificationSettings } from '../../contract/notification.ts';
import type { Head, Member } from '../domain/conversation.ts';
import type { Device } from '../domain/device.ts';
import type { PushMessage } from '../domain/push-payload.ts';
import type { PendingNotification } from './ports.ts';

/** What use cases of notifications need. */

/** A user, and in which ways a notification can reach them. */
export interface Recipient {
  userId: string;
  settings: NotificationSettings;
  /** Whether there ever was a device: without one, nobody looks for any. */
  hasDevices: boolean;
}

export interface NotificationStore {
  /** As they were set, or as they are for who has never set them. */
  settingsOf(userId: string): Promise<NotificationSettings>;
  save(userId: string, settings: NotificationSettings): Promise<void>;
  /** Those of the users who have a device or settings. One batch read. */
  recipientsAmong(userIds: string[]): Promise<Recipient[]>;
}

/** A member and one message. */
export interface Notice {
  conversationId: string;
  userId: string;
  seq: number;
}

/** Two users, either of whom may have blocked the other. */
export interface Pair {
  userId: string;
  senderId: string;
}

export interface PushStore {
  /** The head, and those of these users who are members. One batch read for up to 99. */
  headAndThose(conversationId: string, userIds: string[]): Promise<{ head?: Head; members: Map<string, Member> }>;
  /** Who wrote these messages, by seq. One batch read, none for none. */
  authorsOf(conversationId: string, seqs: number[]): Promise<Map<number, string>>;
  /** Those of the pairs of whom one has blocked the other. One batch read for up to 50, none for none. */
  blockedAmong(pairs: Pair[]): Promise<Pair[]>;
  /** What users are called, by id; those without a profile are left out. One batch read, none for none. */
  namesOf(userIds: string[]): Promise<Map<string, string>>;
  /** Unread messages of the user's most recently active conversations that are not muted. One query, one batch read. */
  unreadOf(userId: string, nowMs: number): Promise<number>;
  /**
   * May this message be pushed about, has nobody done so? False too where it is read by now, or the user has left. One conditional
   * write: whoever wins it pushes.
   */
  claim(notice: Notice): Promise<boolean>;
  /**
   * Marks that the check of `bySeq` waits until then. False where another one waits already, which will tell of this message too.
   * One conditional write, or two.
   */
  defer(notice: Notice & { bySeq: number }, untilMs: number, nowMs: number): Promise<boolean>;
}

/** SMS that a user, and all users together, may still be sent today: what they cost is bounded, whatever happens. */
export interface SmsBudget {
  /** Counts one; false where one of the two is used up. Two conditional writes. */
  spend(userId: string, nowMs: number): Promise<boolean>;
}

/**
 * How a push ended. `gone`: SNS knows the device no more, or its platform does not. `refused`: it will never be taken. `later`: it
 * was not taken, and another try can help. `unknown`: it may have been taken, so that another try may be a second push.
 */
export type PushOutcome = 'accepted' | 'gone' | 'refused' | 'later' | 'unknown';

export interface PushSender {
  /** One try: a device's trouble is an outcome, never an error. */
  push(device: Pick<Device, 'endpointArn'>, message: PushMessage): Promise<PushOutcome>;
}

export interface SmsSender {
  /** One try. False where it was not taken. */
  send(phoneNumber: string, text: string): Promise<boolean>;
}

/** What is looked at once its delay is over. */
export interface NotificationCheck extends PendingNotification {
  /** It waits until quiet hours are over. Times are milliseconds since 1970. */
  deferredUntilMs?: number;
  /** The one device that is still to be pushed to: the others have had theirs. */
  deviceId?: string;
}

export interface CheckQueue {
  /** At most 900 seconds. UNAVAILABLE where not all of them are queued. */
  checkLater(checks: NotificationCheck[], delaySeconds: number): Promise<void>;
}
