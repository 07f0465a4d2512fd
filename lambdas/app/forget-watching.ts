import type { JoinedStore, RoomStore, WatcherStore } from './room-ports.ts';

export interface ForgetPorts {
  rooms: Pick<RoomStore, 'onlookersOf'>;
  joined: Pick<JoinedStore, 'leave'>;
  watchers: Pick<WatcherStore, 'removeAll'>;
}

export type ForgetWatching = (conversationId: string, userIds: string[]) => Promise<void>;

/**
 * Users who are no longer members no longer look at the conversation either: one batch read, a write for each connection that had
 * joined and one for all that watched. Who is a member again keeps what they have joined. Doing it again changes nothing.
 */
export const forgetWatching =
  ({ rooms, joined, watchers }: ForgetPorts): ForgetWatching =>
  async (conversationId, userIds) => {
    const gone = new Set(userIds);
    const found = await rooms.onlookersOf(conversationId, [...gone]);
    for (const userId of found.memberIds) gone.delete(userId);
    const ofGone = ({ userId }: { userId: string }) => gone.has(userId);
    await Promise.all(found.joined.filter(ofGone).map((connection) => joined.leave(connection, conversationId)));
    const watching = found.watchers.filter(ofGone).map(({ connectionId }) => connectionId);
    if (watching.length > 0) await watchers.removeAll(conversationId, watching);
  };
