import { limits } from '../../contract/limits.ts';
import { type Announcement, announcementOf, type Change } from '../domain/change.ts';
import { ChatError } from '../domain/chat-error.ts';
import { serializeEvent } from '../domain/frames.ts';
import { markReached } from './mark-reached.ts';
import type { MemberLists } from './member-lists.ts';
import type { MembershipStore } from './membership-ports.ts';
import type { ReceiptStore } from './reader-ports.ts';
import { type TellPorts, type Told, tellMembers } from './tell-members.ts';

export interface FanOutPorts extends TellPorts {
  memberLists: MemberLists;
  activity: Pick<MembershipStore, 'moveUp'>;
  receipts: Pick<ReceiptStore, 'markDelivered'>;
}

export interface FanOutResult {
  /** Positions, in the given changes, of those whose recipients can't be told now: they are to be tried again. */
  failed: number[];
  /** Events, counted for each connection that took all of its own */
  delivered: number;
}

type Addressed = Told & Pick<Announcement, 'membershipVersion' | 'movesActivityToMs'>;

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

    const [{ delivered, userIds }] = await Promise.all([tellMembers(ports, told), moveUp(ports, told)]);
    await markReached(ports, told, userIds);
    return { failed, delivered };
  };

/** Nothing where the members can't be read: every change of that conversation shares the read, and so the failure. */
async function address(memberLists: MemberLists, announcement: Announcement): Promise<Addressed | undefined> {
  const { conversationId, membershipVersion, membership } = announcement;
  if (membership) memberLists.advance(conversationId, membershipVersion, membership);
  // The comings and goings of a crowd are news to those alone who come and go: no list is read for them.
  if (membership && membership.memberCount > limits.sliceMembers)
    return addressedTo(membership.concerned, announcement);
  try {
    const members = await memberLists.membersOf(conversationId, membershipVersion);
    const gone = membership?.removed ?? [];
    // The very list that all other changes of this membership have, where it is: it is cut, and walked through, once for all of them.
    return addressedTo(gone.length > 0 ? [...new Set([...members, ...gone])] : members, announcement);
  } catch (error) {
    if (error instanceof ChatError) return undefined;
    throw error;
  }
}

const addressedTo = (
  recipients: readonly string[],
  { events, membership, ...announcement }: Announcement,
): Addressed => ({
  ...announcement,
  recipients,
  events: events.map(serializeEvent),
});

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
