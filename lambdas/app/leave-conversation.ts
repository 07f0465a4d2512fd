import type { ConnectionPlace } from '../domain/connection.ts';
import type { JoinedStore, WatcherStore } from './room-ports.ts';

export interface LeavePorts {
  joined: Pick<JoinedStore, 'leave'>;
  watchers: Pick<WatcherStore, 'remove'>;
}

/**
 * This connection no longer looks at the conversation; leaving what was not joined changes nothing. Two writes, in this order: a
 * join at the same time looks in the end at what the first of them took.
 */
export const leaveConversation =
  ({ joined, watchers }: LeavePorts) =>
  async (place: ConnectionPlace, conversationId: string): Promise<void> => {
    await joined.leave(place, conversationId);
    await watchers.remove(conversationId, place.connectionId);
  };
