import { randomUUID } from 'node:crypto';
import type { Store } from '../store.ts';
import type { Clock, Deployment } from '../types.ts';
import { type QueueSettings, queuesOf } from './queue-settings.ts';

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
}

export interface ReceivedMessage {
  messageId: string;
  receiptHandle: string;
  body: string;
  attributes: Record<string, MessageAttribute>;
  sentAt: number;
  firstReceivedAt: number;
  receives: number;
}

export type QueueCounts = { visible: number; inFlight: number; delayed: number };

/** The template's queues. A queue is named by its ARN. */
export interface Queues {
  /** The ARN of a queue, from its URL at any host. */
  arnOf(url: string): string | undefined;
  settings(arn: string): QueueSettings;
  /** Stored when it returns: gives the message id. */
  send(arn: string, message: OutgoingMessage): string;
  receive(arn: string, limit: number, visibilityMs?: number): ReceivedMessage[];
  remove(arn: string, receiptHandle: string): void;
  purge(arn: string): void;
  counts(arn: string): QueueCounts;
  /** When the next message can be received, if there is one. */
  nextDueAt(arn: string): number | undefined;
  /** Calls whenever a message came in. */
  onMessage(arn: string, listener: () => void): void;
}

type MessageRow = {
  position: number;
  message_id: string;
  body: string;
  attributes: string;
  sent_at: number;
  receives: number;
  first_received_at: number | null;
};

export function createQueues(parts: { deployment: Deployment; store: Store; clock: Clock }): Queues {
  const { store, clock } = parts;
  const queues = queuesOf(parts.deployment);
  const listeners = new Map<string, () => void>();
  const sql = statementsOf(store);
  // Whoever had received these ended with the last host, so there is no timeout to wait for.
  sql.release.run(clock.now());

  function settings(arn: string): QueueSettings {
    const found = queues.get(arn);
    if (!found) throw new Error(`the template has no queue ${arn}`);
    return found;
  }

  function send(arn: string, message: OutgoingMessage): string {
    const messageId = randomUUID();
    const now = clock.now();
    const visibleAt = now + (message.delayMs ?? settings(arn).delayMs);
    sql.insert.run(arn, messageId, message.body, JSON.stringify(message.attributes ?? {}), now, visibleAt);
    listeners.get(arn)?.();
    return messageId;
  }

  function receive(arn: string, limit: number, visibilityMs = settings(arn).visibilityMs): ReceivedMessage[] {
    const now = clock.now();
    sql.expire.run(arn, now - settings(arn).retentionMs);
    redrive(settings(arn), now);
    const rows = sql.due.all(arn, now, limit) as MessageRow[];
    return rows.map((row) => {
      const receiptHandle = randomUUID();
      sql.take.run(now + visibilityMs, now, receiptHandle, row.position);
      return received(row, receiptHandle, now);
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
    nextDueAt: (arn) => (sql.next.get(arn) as { at: number | null }).at ?? undefined,
    onMessage: (arn, listener) => void listeners.set(arn, listener),
  };
}

function nameIn(url: string): string | undefined {
  return url.split('/').at(-1);
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
  };
}

function statementsOf(store: Store) {
  return {
    release: store.prepare('UPDATE messages SET visible_at = ?, receipt = NULL WHERE receipt IS NOT NULL'),
    insert: store.prepare(
      'INSERT INTO messages (queue, message_id, body, attributes, sent_at, visible_at) VALUES (?, ?, ?, ?, ?, ?)',
    ),
    expire: store.prepare('DELETE FROM messages WHERE queue = ? AND sent_at <= ?'),
    redrive: store.prepare(
      `UPDATE messages SET queue = ?, receives = 0, first_received_at = NULL, receipt = NULL
        WHERE queue = ? AND visible_at <= ? AND receives >= ?`,
    ),
    due: store.prepare('SELECT * FROM messages WHERE queue = ? AND visible_at <= ? ORDER BY position LIMIT ?'),
    take: store.prepare(
      `UPDATE messages SET visible_at = ?, receives = receives + 1,
          first_received_at = COALESCE(first_received_at, ?), receipt = ? WHERE position = ?`,
    ),
    remove: store.prepare('DELETE FROM messages WHERE queue = ? AND receipt = ?'),
    purge: store.prepare('DELETE FROM messages WHERE queue = ?'),
    counts: store.prepare(
      `SELECT COUNT(*) FILTER (WHERE visible_at <= ?) AS visible,
              COUNT(*) FILTER (WHERE visible_at > ? AND receives > 0) AS inFlight,
              COUNT(*) FILTER (WHERE visible_at > ? AND receives = 0) AS delayed
         FROM messages WHERE queue = ?`,
    ),
    next: store.prepare('SELECT MIN(visible_at) AS at FROM messages WHERE queue = ?'),
  };
}
