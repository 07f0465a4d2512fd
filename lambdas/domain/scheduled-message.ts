import type { ErrorCode } from '../../contract/errors.ts';
import type { ScheduledMessage as PublicScheduledMessage, ScheduledStatus } from '../../contract/scheduled-message.ts';
import { type Digest, messageIdOf } from './ids.ts';
import { type Content, contentOf, type Message } from './message.ts';

/** Which one: a sender's own, by an id that is unique there. */
export interface ScheduledPlace {
  conversationId: string;
  senderId: string;
  scheduledId: string;
}

/** A message that waits for its time, as the table keeps it. */
export interface ScheduledMessage extends ScheduledPlace, Content {
  clientMessageId: string;
  type: Message['type'];
  /** The id of the message that it answers. */
  replyTo?: string;
  /** Scheduled by a trusted backend, by whose rights it is sent. */
  isService?: boolean;
  sendAtMs: number;
  createdAtMs: number;
  status: ScheduledStatus;
  /** Goes up with every write: who writes has seen the last one. */
  version: number;
  /** The one schedule that it is sent by; any other comes too late. */
  schedule: string;
  /** Set once its time has come: from then on it can't be changed. */
  sendingSinceMs?: number;
  failure?: { code: ErrorCode; message: string };
  /** The seq of what came of it. */
  seq?: number;
  /** When the table forgets it, seconds since 1970: only after its end. */
  ttl?: number;
}

/** How far ahead. The least is longer than the function that schedules can live: it never fires before it is written down. */
export const leastLeadMs = 10_000;
export const mostLeadMs = 366 * 24 * 3_600_000;

/** How long one can be looked at after its end. */
const keptMs = 30 * 24 * 3_600_000;

/** Made of what the client calls it, so that scheduling it twice meets itself. */
export const scheduledIdOf = (
  digest: Digest,
  {
    conversationId,
    senderId,
    clientMessageId,
  }: Pick<ScheduledMessage, 'conversationId' | 'senderId' | 'clientMessageId'>,
): string => digest(JSON.stringify(['scheduled', conversationId, senderId, clientMessageId]));

/** What the message that comes of it is called by its sender: the same at every try. */
export const sentAs = ({ scheduledId }: Pick<ScheduledPlace, 'scheduledId'>): string => `scheduled-${scheduledId}`;

export type Ending = Pick<ScheduledMessage, 'failure' | 'seq'> & { status: Exclude<ScheduledStatus, 'scheduled'> };

export const ended = (scheduled: ScheduledMessage, ending: Ending, atMs: number): ScheduledMessage => ({
  ...scheduled,
  ...ending,
  version: scheduled.version + 1,
  ttl: Math.ceil((atMs + keptMs) / 1_000),
});

const isoTime = (ms: number) => new Date(ms).toISOString();

export const publicScheduled = (scheduled: ScheduledMessage): PublicScheduledMessage => ({
  id: scheduled.scheduledId,
  conversationId: scheduled.conversationId,
  clientMessageId: scheduled.clientMessageId,
  sendAt: isoTime(scheduled.sendAtMs),
  status: scheduled.status,
  type: scheduled.type,
  ...contentOf(scheduled),
  ...(scheduled.replyTo !== undefined && { replyTo: scheduled.replyTo }),
  createdAt: isoTime(scheduled.createdAtMs),
  ...(scheduled.failure && { failure: scheduled.failure }),
  ...(scheduled.seq !== undefined && { messageId: messageIdOf(scheduled.conversationId, scheduled.seq) }),
});
