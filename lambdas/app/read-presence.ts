import type { PresenceList } from '../../contract/live.ts';
import { type Digest, directConversationId } from '../domain/ids.ts';
import { presenceOf } from '../domain/presence.ts';
import type { Clock } from './ports.ts';
import type { AudienceStore, PresenceStore } from './presence-ports.ts';

export interface ReadPresencePorts {
  presences: Pick<PresenceStore, 'attendancesOf'>;
  audience: Pick<AudienceStore, 'placesOf' | 'estrangedFrom' | 'ownAmong'>;
  clock: Pick<Clock, 'now'>;
  digest: Digest;
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

async function visibleTo(ports: ReadPresencePorts, callerId: string, userIds: string[]): Promise<string[]> {
  const estranged = await ports.audience.estrangedFrom(callerId);
  const known = userIds.filter((userId) => userId !== callerId && !estranged.has(userId));
  const inTouch = await inTouchWith(ports, callerId, known);
  const others = known.filter((userId) => !inTouch.has(userId));
  const sharing = new Set(await sharingWith(ports, callerId, others));
  return userIds.filter((userId) => userId === callerId || inTouch.has(userId) || sharing.has(userId));
}

/** With whom there is a direct conversation: its id is made of the two. */
async function inTouchWith({ audience, digest }: ReadPresencePorts, callerId: string, userIds: string[]) {
  const idOf = (userId: string) => directConversationId(callerId, userId, digest);
  const own = await audience.ownAmong(callerId, userIds.map(idOf));
  return new Set(userIds.filter((userId) => own.has(idOf(userId))));
}

/** Who is in one of the caller's recent conversations; it must be recent for both. */
async function sharingWith({ audience }: ReadPresencePorts, callerId: string, userIds: string[]): Promise<string[]> {
  if (userIds.length === 0) return [];
  const idsOf = async (userId: string) => (await audience.placesOf(userId)).map(({ conversationId }) => conversationId);
  const own = new Set(await idsOf(callerId));
  if (own.size === 0) return [];
  const shares = await Promise.all(userIds.map(async (userId) => (await idsOf(userId)).some((id) => own.has(id))));
  return userIds.filter((_, place) => shares[place]);
}
