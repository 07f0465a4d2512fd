import { type FanOutPorts, fanOut } from '../../lambdas/app/fan-out.ts';
import type { Slice } from '../../lambdas/app/fan-out-ports.ts';
import { memberLists } from '../../lambdas/app/member-lists.ts';
import type { PendingNotification, PostOutcome, UndeliveredFrame } from '../../lambdas/app/ports.ts';
import type { Change } from '../../lambdas/domain/change.ts';
import { ChatError } from '../../lambdas/domain/chat-error.ts';
import type { Connection } from '../../lambdas/domain/connection.ts';
import type { Message } from '../../lambdas/domain/message.ts';
import { fakeClock } from './fake-clock.ts';
import { aMessage } from './memory-stores.ts';

/** Fan-out over everything that it needs, and what came of it. */
export function fanOutScene(
  options: {
    connections?: Connection[];
    outcomes?: Record<string, PostOutcome>;
    members?: string[];
    movingFails?: boolean;
    markingFails?: boolean;
    forgettingFails?: boolean;
  } = {},
) {
  const clock = fakeClock();
  const posts: { connectionId: string; seqs: number[]; frame: string }[] = [];
  const closed: string[] = [];
  const retried: UndeliveredFrame[] = [];
  const notified: PendingNotification[] = [];
  const delivered: { userId: string; seq: number }[] = [];
  const moved: { conversationId: string; userIds: readonly string[]; activityMs: number }[] = [];
  const unwatched: string[] = [];
  const queued: Slice[][] = [];
  let reads = 0;
  const forgotten: { conversationId: string; userIds: string[] }[] = [];
  const ports: FanOutPorts = {
    memberLists: memberLists({
      async membersOf() {
        reads += 1;
        return options.members ?? ['alice', 'bob'];
      },
    }),
    connections: {
      close: async ({ connectionId }) => {
        closed.push(connectionId);
        return ['joined'];
      },
      connectionsOf: async (userIds) => (options.connections ?? []).filter(({ userId }) => userIds.includes(userId)),
    },
    sockets: {
      async post(connectionId, frame) {
        const outcome = options.outcomes?.[connectionId] ?? 'delivered';
        if (outcome === 'delivered') posts.push({ connectionId, seqs: seqsIn(frame), frame });
        return outcome;
      },
    },
    retryQueue: {
      retryLater: async (frames) => {
        retried.push(...frames);
      },
    },
    notificationQueue: {
      notifyLater: async (notifications) => {
        notified.push(...notifications);
      },
    },
    activity: {
      async moveUp(conversationId, userIds, activityMs) {
        moved.push({ conversationId, userIds, activityMs });
        if (options.movingFails) throw new Error('unable to move');
      },
    },
    watchers: {
      async remove(conversationId, connectionId) {
        unwatched.push(`${conversationId}/${connectionId}`);
      },
    },
    sliceQueue: {
      async postLater(slices) {
        queued.push(slices);
      },
    },
    async forgetWatching(conversationId, userIds) {
      if (options.forgettingFails) throw new ChatError('UNAVAILABLE', 'not now');
      forgotten.push({ conversationId, userIds });
    },
    receipts: {
      async markDelivered({ userId }, seq) {
        delivered.push({ userId, seq });
        if (options.markingFails) throw new Error('unable to mark');
      },
    },
    clock,
  };
  return {
    unwatched,
    queued,
    forgotten,
    delivered,
    moved,
    clock,
    posts,
    closed,
    retried,
    notified,
    ports,
    /** How often a member list was read. */
    reads: () => reads,
    run: fanOut(ports),
  };
}

export const seqsIn = (frame: string): number[] =>
  JSON.parse(frame).events.map((event: { data: { message?: { seq: number } } }) => event.data.message?.seq ?? 0);

export const aConnection = (userId: string, connectionId: string, openedAtMs = 0): Connection => ({
  userId,
  connectionId,
  openedAtMs,
  expiresAtMs: Number.MAX_SAFE_INTEGER,
  joined: [],
});

export const usersOf = (count: number) => Array.from({ length: count }, (_, n) => `u${n}`);

export const sent = (over: Partial<Message> = {}): Change => ({ emit: 'message.created', message: aMessage(over) });
