import type { DomainEvent } from '../../contract/domain-event.ts';
import { limits } from '../../contract/limits.ts';
import type { Presence } from '../../contract/user.ts';
import { ChatError } from '../domain/chat-error.ts';
import { isYoung } from '../domain/connection.ts';
import { framesOf, serializeEvent } from '../domain/frames.ts';
import { type Attendance, type PresenceChange, presenceToTell } from '../domain/presence.ts';
import { presenceEvent } from '../domain/user-events.ts';
import { type ClosePorts, closeConnection } from './close-connection.ts';
import type { EventBus } from './event-ports.ts';
import type { Sockets } from './ports.ts';
import { type AudiencePorts, audienceOf, type Listener } from './presence-audience.ts';
import type { PresenceStore } from './presence-ports.ts';

export interface TellPresencePorts extends AudiencePorts {
  presences: Pick<PresenceStore, 'attendancesOf' | 'putBack'>;
  connections: AudiencePorts['connections'] & ClosePorts['connections'];
  watchers: ClosePorts['watchers'];
  sockets: Pick<Sockets, 'post'>;
  bus: EventBus;
  /** How long an absence is kept to oneself. */
  graceMs: number;
}

/** An event, as JSON, and who is to have it; for the deployer's own systems, another. */
interface Word {
  event: string;
  listeners: Listener[];
  domainEvent: DomainEvent | undefined;
}

/** What a user is now, and when that began. */
interface News {
  presence: Presence;
  atMs: number;
}

/**
 * Tells of what has changed, where that still stands: the users' connections are looked at anew. One frame for each connection with
 * all that it is to hear. Gives false, in the order of the changes, for those of users whose audience can't be read now. A post that
 * fails is forgotten: whoever missed it asks, or hears of the next change.
 */
export const tellPresence =
  (ports: TellPresencePorts) =>
  async (changes: PresenceChange[]): Promise<boolean[]> => {
    await putBack(ports, changes);
    const toTell = changes.filter(({ status }) => status !== undefined);
    const byUser = Map.groupBy(toTell, ({ userId }) => userId);
    const attendances = await ports.presences.attendancesOf([...byUser.keys()], { isExact: true });
    const failed = new Set<string>();
    const words = [...byUser].map(async ([userId, ofUser]): Promise<Word[]> => {
      const news = newsOf(ports, ofUser, attendances.get(userId));
      if (!news) return [];
      const event = eventOf(ports, userId, news.presence);
      const domainEvent = presenceEvent(userId, news.presence, news.atMs);
      try {
        return [{ event, domainEvent, listeners: await audienceOf(ports, userId) }];
      } catch (error) {
        if (!(error instanceof ChatError)) throw error;
        failed.add(userId);
        return [];
      }
    });
    const told = (await Promise.all(words)).flat();
    // What the bus does not take is dropped: nobody is told of a presence again for the sake of that.
    await Promise.all([post(ports, told), ports.bus.publish(told.flatMap(({ domainEvent }) => domainEvent ?? []))]);
    return changes.map(({ userId }) => !failed.has(userId));
  };

async function putBack({ presences }: TellPresencePorts, changes: PresenceChange[]): Promise<void> {
  await Promise.all(
    changes.map(async ({ userId, lostLastSeenAtMs }) => {
      if (lostLastSeenAtMs !== undefined) await presences.putBack(userId, lostLastSeenAtMs);
    }),
  );
}

/** Of several changes of a user the last that still stands, in the order in which they were made. */
function newsOf(
  { clock, graceMs }: TellPresencePorts,
  changes: PresenceChange[],
  attendance?: Attendance,
): News | undefined {
  const inOrder = changes.toSorted((one, other) => one.atMs - other.atMs);
  const times = { nowMs: clock.now(), graceMs };
  return inOrder
    .flatMap(({ status, atMs }) => {
      const presence = status && attendance && presenceToTell(status, attendance, times);
      return presence ? [{ presence, atMs }] : [];
    })
    .at(-1);
}

/** Of two events of a user the later is the one that counts: its time is that of looking, not of the change. */
const eventOf = ({ clock }: TellPresencePorts, userId: string, presence: Presence): string =>
  serializeEvent(
    { type: 'presence.changed', at: new Date(clock.now()).toISOString(), data: { userId, ...presence } },
    limits,
  );

async function post(ports: TellPresencePorts, words: Word[]): Promise<void> {
  const heard = words.flatMap(({ event, listeners }) => listeners.map((listener) => ({ event, listener })));
  const byConnection = Map.groupBy(heard, ({ listener }) => listener.connectionId);
  await Promise.all(
    [...byConnection.values()].map(async (all) => {
      const events = all.map(({ event }) => event);
      for (const { listener } of all.slice(0, 1)) await postTo(ports, listener, framesOf(events, limits.frameBytes));
    }),
  );
}

async function postTo(ports: TellPresencePorts, listener: Listener, frames: string[]): Promise<void> {
  for (const frame of frames) {
    const outcome = await ports.sockets.post(listener.connectionId, frame);
    if (outcome === 'gone') return forget(ports, listener);
  }
}

/** Word of presence is one more chance to learn that a connection is gone; no trouble with that is worth telling all again. */
async function forget(ports: TellPresencePorts, listener: Listener): Promise<void> {
  const { openedAtMs } = listener;
  if (openedAtMs !== undefined && isYoung({ openedAtMs }, ports.clock.now())) return;
  await Promise.allSettled([closeConnection(ports)(listener)]);
}
