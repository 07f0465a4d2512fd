import { createHash, randomUUID } from 'node:crypto';
import type { Store } from '../store.ts';
import type { Clock, Deployment } from '../types.ts';
import { createDeduplication, type Sent } from './deduplication.ts';
import { type QueueSettings, queuesOf } from './queue-settings.ts';
import { type MessageRow, statementsOf } from './statements.ts';

/** A message attribute as SQS writes it. */
export interface MessageAttribute {
  DataType: string;
  StringValue?: string;
  BinaryValue?: string;
}

export interface OutgoingMessage {
  body: string;
  attributes?: Record<string, MessageAttribute>;
  /** Instead of the queue's own delay. */
  delayMs?: number;
  groupId?: string;
  deduplicationId?: string;
}

export interface SentMessage {
  messageId: string;
  /** Only of a FIFO queue. */
  sequenceNumber?: string;
}

export interface ReceivedMessage {
  messageId: string;
  receiptHandle: string;
  body: string;
  attributes: Record<string, MessageAttribute>;
  sentAt: number;
  firstReceivedAt: number;
  receives: number;
  groupId?: string;
  deduplicationId?: string;
  sequenceNumber?: string;
}

export type QueueCounts = { visible: number; inFlight: number; delayed: number };

/** The template's queues. A queue is named by its ARN. */
export interface Queues {
  /** The ARN of a queue, from its URL at any host. */
  arnOf(url: string): string | undefined;
  settings(arn: string): QueueSettings;
  /** Stored when it returns; a duplicate in a FIFO queue gives the message that was there. */
  send(arn: string, message: OutgoingMessage): SentMessage;
  /** Of a FIFO queue: in the order of each group, and none of a group that has messages in flight. */
  receive(arn: string, limit: number, visibilityMs?: number): ReceivedMessage[];
  remove(arn: string, receiptHandle: string): void;
  purge(arn: string): void;
  counts(arn: string): QueueCounts;
  /** When the next message can be received, if there is one. */
  nextDueAt(arn: string): number | undefined;
  /** Calls whenever a message came in. */
  onMessage(arn: string, listener: () => void): void;
}

export function createQueues(parts: { deployment: Deployment; store: Store; clock: Clock }): Queues {
  const { store, clock } = parts;
  const queues = queuesOf(parts.deployment);
  const listeners = new Map<string, () => void>();
  const sql = statementsOf(store);
  const duplicates = createDeduplication(store, clock.now);
  // Whoever had received these ended with the last host, so there is no timeout to wait for.
  sql.release.run(clock.now());

  function settings(arn: string): QueueSettings {
    const found = queues.get(arn);
    if (!found) throw new Error(`the template has no queue ${arn}`);
    return found;
  }

  function send(arn: string, message: OutgoingMessage): SentMessage {
    const { fifo } = settings(arn);
    if (!fifo) return { messageId: insert(arn, message).messageId };
    const deduplicationId = message.deduplicationId ?? digestOf(message.body);
    const scope = fifo.perGroup ? `${message.groupId} ${deduplicationId}` : deduplicationId;
    const duplicate = duplicates.find(arn, scope);
    const sent = duplicate ?? insert(arn, { ...message, deduplicationId });
    if (!duplicate) duplicates.remember(arn, scope, sent);
    return { messageId: sent.messageId, sequenceNumber: sequenceNumberOf(sent.position) };
  }

  function insert(arn: string, message: OutgoingMessage): Sent {
    const messageId = randomUUID();
    const now = clock.now();
    const visibleAt = now + (message.delayMs ?? settings(arn).delayMs);
    const { body, attributes = {}, groupId = null, deduplicationId = null } = message;
    const content = [body, JSON.stringify(attributes)] as const;
    const inserted = sql.insert.run(arn, messageId, ...content, now, visibleAt, groupId, deduplicationId);
    listeners.get(arn)?.();
    return { messageId, position: Number(inserted.lastInsertRowid) };
  }

  function receive(arn: string, limit: number, visibilityMs = settings(arn).visibilityMs): ReceivedMessage[] {
    const now = clock.now();
    const { retentionMs, fifo } = settings(arn);
    sql.expire.run(arn, now - retentionMs);
    redrive(settings(arn), now);
    const rows = fifo ? sql.dueInOrder.all({ queue: arn, now, limit }) : sql.due.all(arn, now, limit);
    return (rows as MessageRow[]).map((row) => {
      const receiptHandle = randomUUID();
      sql.take.run(now + visibilityMs, now, receiptHandle, row.position);
      return { ...received(row, receiptHandle, now), ...(fifo && { sequenceNumber: sequenceNumberOf(row.position) }) };
    });
  }

  function redrive({ arn, redrive: policy }: QueueSettings, now: number): void {
    if (!policy) return;
    const { changes } = sql.redrive.run(policy.arn, arn, now, policy.maxReceiveCount);
    if (changes) listeners.get(policy.arn)?.();
  }

  return {
    arnOf: (url) => [...queues.values()].find((queue) => nameIn(queue.url) === nameIn(url))?.arn,
    settings,
    send,
    receive,
    remove: (arn, receiptHandle) => void sql.remove.run(arn, receiptHandle),
    purge: (arn) => void sql.purge.run(arn),
    counts(arn) {
      const now = clock.now();
      return sql.counts.get(now, now, now, arn) as QueueCounts;
    },
    nextDueAt(arn) {
      const next = settings(arn).fifo ? sql.nextInOrder.get({ queue: arn }) : sql.next.get(arn);
      return (next as { at: number | null }).at ?? undefined;
    },
    onMessage: (arn, listener) => void listeners.set(arn, listener),
  };
}

function nameIn(url: string): string | undefined {
  return url.split('/').at(-1);
}

function digestOf(body: string): string {
  return createHash('sha256').update(body).digest('hex');
}

/** Twenty digits, as AWS's. */
function sequenceNumberOf(position: number): string {
  return `1${String(position).padStart(19, '0')}`;
}

function received(row: MessageRow, receiptHandle: string, now: number): ReceivedMessage {
  return {
    messageId: row.message_id,
    receiptHandle,
    body: row.body,
    attributes: JSON.parse(row.attributes),
    sentAt: row.sent_at,
    firstReceivedAt: row.first_received_at ?? now,
    receives: row.receives + 1,
    ...(row.group_id !== null && { groupId: row.group_id }),
    ...(row.deduplication_id !== null && { deduplicationId: row.deduplication_id }),
  };
}
