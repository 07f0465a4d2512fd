import { refuse } from '../domain/chat-error.ts';
import type { ConnectionPlace } from '../domain/connection.ts';
import type { PresenceStore } from './presence-ports.ts';

/** Whether the user looks at this connection of theirs. UNAUTHENTICATED for one that is over. One write. */
export const setPresence =
  ({ presences }: { presences: Pick<PresenceStore, 'setAway'> }) =>
  async (place: ConnectionPlace, status: 'online' | 'away'): Promise<void> => {
    const isThere = await presences.setAway(place, status === 'away');
    if (!isThere) refuse('UNAUTHENTICATED', 'set the presence', 'the connection is over');
  };
