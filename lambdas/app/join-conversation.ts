import { limits } from '../../contract/limits.ts';
import type { Joined } from '../../contract/live.ts';
import { refuse, refuseFields } from '../domain/chat-error.ts';
import type { Connection, ConnectionPlace } from '../domain/connection.ts';
import { refuseStranger } from './admit.ts';
import { leaveConversation } from './leave-conversation.ts';
import type { Clock } from './ports.ts';
import type { JoinedStore, RoomStore, WatcherStore } from './room-ports.ts';

export interface JoinPorts {
  rooms: Pick<RoomStore, 'roomOf' | 'standingOf'>;
  joined: JoinedStore;
  watchers: Pick<WatcherStore, 'add' | 'remove'>;
  clock: Pick<Clock, 'now'>;
}

const operation = 'join the conversation';

/**
 * This connection looks at the conversation from now on; joining again changes nothing. Two batch reads and two writes. What is
 * looked up is looked up again after it is written: a removal, a leave or the connection's end in between undoes it, and one that
 * comes later finds it. FORBIDDEN to anyone but a member, VALIDATION_FAILED for one conversation too many.
 */
export const joinConversation =
  (ports: JoinPorts) =>
  async (place: ConnectionPlace, conversationId: string): Promise<Joined> => {
    const { member, head, watchers } = await ports.rooms.roomOf(place.userId, conversationId);
    if (!member || !head) return refuseStranger(operation);
    const connection = await join(ports, place, conversationId);
    const isWatching = await ports.watchers.add(conversationId, connection, watchers, ports.clock.now());
    return { conversationId, isWatching: (await isStanding(ports, place, conversationId)) && isWatching };
  };

async function join({ joined }: JoinPorts, place: ConnectionPlace, conversationId: string): Promise<Connection> {
  const joining = await joined.join(place, conversationId);
  switch (joining.outcome) {
    case 'joined':
      return joining.connection;
    case 'over':
      return refuse('UNAUTHENTICATED', operation, 'the connection is over');
    case 'full': {
      const message = `must be one of at most ${limits.joinedConversations} that a connection joins`;
      return refuseFields(operation, [{ path: 'conversationId', message }]);
    }
  }
}

/** False where the connection has left, or ended, meanwhile. */
async function isStanding(ports: JoinPorts, place: ConnectionPlace, conversationId: string): Promise<boolean> {
  const { isMember, hasJoined } = await ports.rooms.standingOf(place, conversationId);
  if (isMember && hasJoined) return true;
  await leaveConversation(ports)(place, conversationId);
  return isMember ? false : refuseStranger(operation);
}
