import { limits } from '../../contract/limits.ts';
import type { PushCause } from '../domain/change.ts';
import { chunksOf } from '../domain/chunks-of.ts';
import type { Connection } from '../domain/connection.ts';
import { framesOf } from '../domain/frames.ts';
import { notifyAbsent } from './notify-absent.ts';
import type { ConnectionStore, NotificationQueue, RetryQueue, UndeliveredFrame } from './ports.ts';
import { type PostPorts, postInOrder } from './post-in-order.ts';

export interface TellPorts extends PostPorts {
  connections: Pick<ConnectionStore, 'connectionsOf' | 'close'>;
  retryQueue: RetryQueue;
  notificationQueue: NotificationQueue;
}

/** Events of one change, and who is to have them. */
export interface Told {
  conversationId: string;
  recipients: readonly string[];
  /** Each as JSON, made once for everybody who gets it. */
  events: string[];
  exceptConnectionId?: string;
  push?: PushCause;
}

export interface Reached {
  /** Events, counted for each connection that has taken all of its own. */
  delivered: number;
  /** Users of whom a connection has. */
  userIds: ReadonlySet<string>;
}

/**
 * Tells the recipients' live connections: one frame each, or as few as fit, with all its events in order. Those who have no connection
 * that looks at a new message go to be pushed to.
 */
export async function tellMembers(ports: TellPorts, told: Told[]): Promise<Reached> {
  const framesFor = framesOfChanges(told);
  const pages = await Promise.all(
    chunksOf(everybodyIn(told), usersPerPage).map(async (userIds) => {
      const connections = await ports.connections.connectionsOf(userIds, ports.clock.now());
      return { connections, ...(await postAll(ports, told, connections, framesFor)) };
    }),
  );
  const connections = pages.flatMap((page) => page.connections);
  await notifyAbsent(ports.notificationQueue, told, connections);
  return {
    delivered: pages.reduce((sum, page) => sum + page.delivered, 0),
    userIds: new Set(pages.flatMap(({ userIds }) => [...userIds])),
  };
}

/** As many as one read of connections takes: the first are told while the next are still looked for. */
const usersPerPage = 100;

/** Changes of one conversation share their list of recipients: each list is walked through once. */
function everybodyIn(told: Told[]): string[] {
  const lists = new Set(told.map(({ recipients }) => recipients));
  return [...new Set([...lists].flat())];
}

async function postAll(
  ports: TellPorts,
  told: Told[],
  connections: Connection[],
  framesFor: FramesFor,
): Promise<Reached> {
  const changesFor = changesByUser(told, connections);
  const undelivered: UndeliveredFrame[] = [];
  const userIds = new Set<string>();
  let delivered = 0;
  await Promise.all(
    connections.map(async (connection) => {
      const changes = changesFor(connection);
      if (changes.length === 0) return;
      const { frames, events } = framesFor(changes);
      const { left, hasAll } = await postInOrder(ports, connection, frames);
      if (hasAll) userIds.add(connection.userId);
      if (hasAll) delivered += events;
      undelivered.push(...left.map((frame) => ({ connection, frame })));
    }),
  );
  if (undelivered.length > 0) await ports.retryQueue.retryLater(undelivered);
  return { delivered, userIds };
}

/** For a connection, the places in `told` of what it is to have. Walks through the recipients once, whatever the number of connections. */
function changesByUser(told: Told[], connections: Connection[]): (connection: Connection) => number[] {
  const byUser = new Map(connections.map(({ userId }) => [userId, [] as number[]]));
  for (const [place, { recipients }] of told.entries())
    for (const userId of recipients) byUser.get(userId)?.push(place);
  return ({ userId, connectionId }) =>
    (byUser.get(userId) ?? []).filter((place) => told[place]?.exceptConnectionId !== connectionId);
}

/** Frames by the places in `told` of what they hold, and how many events that is. */
type FramesFor = (changes: number[]) => { frames: string[]; events: number };

/** Most connections of a conversation get the same: its frames are made once. */
function framesOfChanges(told: Told[]): FramesFor {
  const known = new Map<string, { frames: string[]; events: number }>();
  return (changes) => {
    const key = changes.join();
    const made = known.get(key);
    if (made) return made;
    const events = changes.flatMap((place) => told[place]?.events ?? []);
    const making = { frames: framesOf(events, limits.frameBytes), events: events.length };
    known.set(key, making);
    return making;
  };
}
