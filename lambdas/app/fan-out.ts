import { limits } from '../../contract/limits.ts';
import { type Announcement, announcementOf, type Change } from '../domain/change.ts';
import { ChatError } from '../domain/chat-error.ts';
import { type Connection, isYoung } from '../domain/connection.ts';
import { framesOf, serializeEvent } from '../domain/frames.ts';
import { markReached } from './mark-reached.ts';
import type { MemberLists } from './member-lists.ts';
import type { MembershipStore } from './membership-ports.ts';
import type {
  Clock,
  ConnectionStore,
  NotificationQueue,
  PendingNotification,
  RetryQueue,
  Sockets,
  UndeliveredFrame,
} from './ports.ts';
import type { ReceiptStore } from './reader-ports.ts';

export interface FanOutPorts {
  memberLists: MemberLists;
  connections: Pick<ConnectionStore, 'close' | 'connectionsOf'>;
  sockets: Pick<Sockets, 'post'>;
  retryQueue: RetryQueue;
  notificationQueue: NotificationQueue;
  activity: Pick<MembershipStore, 'moveUp'>;
  receipts: Pick<ReceiptStore, 'markDelivered'>;
  clock: Clock;
}

export interface FanOutResult {
  /** Positions, in the given changes, of those whose recipients can't be told now: they are to be tried again. */
  failed: number[];
  posted: number;
}

interface Addressed extends Announcement {
  recipients: string[];
  serialized: string[];
}

/**
 * Tells everyone concerned of a batch of changes: changes → events → members → live connections → one frame per connection
 * with all its events in order. A connection's trouble goes to the retry queue and is its own; a conversation whose members
 * can't be read fails alone, with all its changes, so that none overtakes another.
 */
export const fanOut =
  (ports: FanOutPorts) =>
  async (changes: Change[]): Promise<FanOutResult> => {
    const announcements = changes.map(announcementOf);
    const addressed = await Promise.all(announcements.map((announcement) => address(ports.memberLists, announcement)));
    const failed = [...addressed.keys()].filter((position) => !addressed[position]);
    const told = addressed.filter((announcement) => announcement !== undefined);

    const userIds = [...new Set(told.flatMap(({ recipients }) => recipients))];
    const connections = await ports.connections.connectionsOf(userIds, ports.clock.now());
    const [{ posted, reached }] = await Promise.all([
      postAll(ports, told, connections),
      notifyAbsent(ports, told, connections),
      moveUp(ports, told),
    ]);
    await markReached(ports, told, reached);
    return { failed, posted };
  };

/** Nothing where the members can't be read: every change of that conversation shares the read, and so the failure. */
async function address(memberLists: MemberLists, announcement: Announcement): Promise<Addressed | undefined> {
  try {
    const members = await memberLists.membersOf(announcement.conversationId, announcement.membershipVersion);
    const recipients = [...new Set([...members, ...(announcement.alsoTo ?? [])])];
    return { ...announcement, recipients, serialized: announcement.events.map(serializeEvent) };
  } catch (error) {
    if (error instanceof ChatError) return undefined;
    throw error;
  }
}

async function postAll(ports: FanOutPorts, told: Addressed[], connections: Connection[]) {
  const perUser = Map.groupBy(
    told.flatMap((announcement) => announcement.recipients.map((userId) => ({ userId, announcement }))),
    ({ userId }) => userId,
  );
  const undelivered: UndeliveredFrame[] = [];
  const reached = new Set<string>();
  let posted = 0;
  await Promise.all(
    connections.map(async (connection) => {
      const events = (perUser.get(connection.userId) ?? [])
        .filter(({ announcement }) => announcement.exceptConnectionId !== connection.connectionId)
        .flatMap(({ announcement }) => announcement.serialized);
      const frames = framesOf(events, limits.frameBytes);
      const { left, hasAll } = await postInOrder(ports, connection, frames);
      if (hasAll) reached.add(connection.userId);
      posted += frames.length - left.length;
      undelivered.push(...left.map((frame) => ({ connection, frame })));
    }),
  );
  if (undelivered.length > 0) await ports.retryQueue.retryLater(undelivered);
  return { posted, reached };
}

/** Posts one after the other and stops at the first that is not taken. What is left is worth another try. */
async function postInOrder(ports: FanOutPorts, connection: Connection, frames: string[]) {
  let hasAll = true;
  for (const [position, frame] of frames.entries()) {
    const outcome = await ports.sockets.post(connection.connectionId, frame);
    if (outcome === 'delivered') continue;
    hasAll = false;
    if (outcome === 'lost') continue;
    // A connection this young may say «gone» because its `$connect` is still running.
    if (outcome === 'later' || isYoung(connection, ports.clock.now())) return { left: frames.slice(position), hasAll };
    await ports.connections.close(connection, ports.clock.now());
    return { left: [], hasAll };
  }
  return { left: [], hasAll };
}

/** Moving the members of a larger conversation would take longer than telling them may: their lists find it where it was. */
const mostMoved = 5_000;

/** A place in a list is rough, and the next hour's message mends it: no trouble with it holds up what is to be told. */
async function moveUp({ activity }: FanOutPorts, told: Addressed[]): Promise<void> {
  await Promise.allSettled(
    told.map(async ({ conversationId, recipients, movesActivityToMs }) => {
      if (movesActivityToMs === undefined || recipients.length > mostMoved) return;
      await activity.moveUp(conversationId, recipients, movesActivityToMs);
    }),
  );
}

async function notifyAbsent(ports: FanOutPorts, told: Addressed[], connections: Connection[]): Promise<void> {
  const connected = new Set(connections.map(({ userId }) => userId));
  const pending = told.flatMap(({ conversationId, recipients, push }): PendingNotification[] =>
    push
      ? recipients
          .filter((userId) => userId !== push.senderId && !connected.has(userId))
          .map((userId) => ({ userId, conversationId, seq: push.seq }))
      : [],
  );
  if (pending.length > 0) await ports.notificationQueue.notifyLater(pending);
}
