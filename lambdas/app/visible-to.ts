import { type Digest, directConversationId } from '../domain/ids.ts';
import type { AudienceStore } from './presence-ports.ts';

export interface VisiblePorts {
  audience: Pick<AudienceStore, 'placesOf' | 'estrangedFrom' | 'ownAmong'>;
  digest: Digest;
}

/**
 * Of these users, in their order, whom the caller may know anything of: oneself, and those who share a conversation with the caller,
 * unless one has blocked the other. A query and a batch read for those with whom there is a direct conversation; a query more for each
 * of the others, and one for the caller.
 */
export async function visibleTo(ports: VisiblePorts, callerId: string, userIds: string[]): Promise<string[]> {
  const estranged = await ports.audience.estrangedFrom(callerId);
  const known = userIds.filter((userId) => userId !== callerId && !estranged.has(userId));
  const inTouch = await inTouchWith(ports, callerId, known);
  const others = known.filter((userId) => !inTouch.has(userId));
  const sharing = new Set(await sharingWith(ports, callerId, others));
  return userIds.filter((userId) => userId === callerId || inTouch.has(userId) || sharing.has(userId));
}

/** With whom there is a direct conversation: its id is made of the two. */
async function inTouchWith({ audience, digest }: VisiblePorts, callerId: string, userIds: string[]) {
  const idOf = (userId: string) => directConversationId(callerId, userId, digest);
  const own = await audience.ownAmong(callerId, userIds.map(idOf));
  return new Set(userIds.filter((userId) => own.has(idOf(userId))));
}

/** Who is in one of the caller's recent conversations; it must be recent for both. */
async function sharingWith({ audience }: VisiblePorts, callerId: string, userIds: string[]): Promise<string[]> {
  if (userIds.length === 0) return [];
  const idsOf = async (userId: string) => (await audience.placesOf(userId)).map(({ conversationId }) => conversationId);
  const own = new Set(await idsOf(callerId));
  if (own.size === 0) return [];
  const shares = await Promise.all(userIds.map(async (userId) => (await idsOf(userId)).some((id) => own.has(id))));
  return userIds.filter((_, place) => shares[place]);
}
