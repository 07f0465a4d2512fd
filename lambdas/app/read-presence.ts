import type { PresenceList } from '../../contract/live.ts';
import { presenceOf } from '../domain/presence.ts';
import type { Clock } from './ports.ts';
import type { PresenceStore } from './presence-ports.ts';
import { type VisiblePorts, visibleTo } from './visible-to.ts';

export interface ReadPresencePorts extends VisiblePorts {
  presences: Pick<PresenceStore, 'attendancesOf'>;
  clock: Pick<Clock, 'now'>;
}

const nobody = { connections: [] };

/**
 * Whether these users are there, as far as the caller may know: those who share a conversation with the caller, unless one has blocked
 * the other. Everybody else is like somebody who never came. A query and two batch reads for those with whom there is a direct
 * conversation; a query more for each of the others, and one for the caller.
 */
export const readPresence =
  (ports: ReadPresencePorts) =>
  async (callerId: string, userIds: string[]): Promise<PresenceList> => {
    const visible = await visibleTo(ports, callerId, userIds);
    const attendances = await ports.presences.attendancesOf(visible, { isExact: false });
    const nowMs = ports.clock.now();
    const presence = userIds.map((userId) => ({ userId, ...presenceOf(attendances.get(userId) ?? nobody, nowMs) }));
    return { presence };
  };
