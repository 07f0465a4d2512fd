import type { PushCause } from '../domain/change.ts';
import { chunksOf } from '../domain/chunks-of.ts';
import type { Connection } from '../domain/connection.ts';
import type { NotificationQueue, PendingNotification } from './ports.ts';

/** So many in one message of the queue that it stays below 64 KB, which SQS bills as one, for ids of any usual length. */
const usersPerNotification = 100;

interface New {
  conversationId: string;
  recipients: readonly string[];
  push?: PushCause;
}

/** Queues those who are not looking at a new message's conversation with any live connection, its sender left out. */
export async function notifyAbsent(queue: NotificationQueue, told: New[], connections: Connection[]): Promise<void> {
  const isLooking = lookersAmong(connections);
  const pending = told.flatMap(({ conversationId, recipients, push }): PendingNotification[] => {
    if (!push) return [];
    const absent = recipients.filter((userId) => userId !== push.senderId && !isLooking(conversationId, userId));
    return chunksOf(absent, usersPerNotification).map((userIds) => ({ conversationId, ...push, userIds }));
  });
  if (pending.length > 0) await queue.notifyLater(pending);
}

function lookersAmong(connections: Connection[]) {
  const looking = new Map<string, Set<string>>();
  for (const { userId, joined } of connections)
    for (const conversationId of joined)
      looking.set(conversationId, (looking.get(conversationId) ?? new Set()).add(userId));
  return (conversationId: string, userId: string) => looking.get(conversationId)?.has(userId) ?? false;
}
