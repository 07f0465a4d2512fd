import { limits } from '../../contract/limits.ts';
import { type Announcement, announcementOf, type Change } from '../domain/change.ts';
import { ChatError } from '../domain/chat-error.ts';
import { serializeEvent } from '../domain/frames.ts';
import { sliceCount } from '../domain/slices.ts';
import type { SliceQueue } from './fan-out-ports.ts';
import type { ForgetWatching } from './forget-watching.ts';
import { markReached } from './mark-reached.ts';
import type { MemberLists } from './member-lists.ts';
import type { MembershipStore } from './membership-ports.ts';
import type { ReceiptStore } from './reader-ports.ts';
import { type ToldInSlices, tellInSlices } from './tell-in-slices.ts';
import { type TellPorts, type Told, tellMembers } from './tell-members.ts';

export interface FanOutPorts extends TellPorts {
  memberLists: MemberLists;
  sliceQueue: SliceQueue;
  activity: Pick<MembershipStore, 'moveUp'>;
  receipts: Pick<ReceiptStore, 'markDelivered'>;
  forgetWatching: ForgetWatching;
}

export interface FanOutResult {
  /** Positions, in the given changes, of those whose recipients can't be told now: they are to be tried again. */
  failed: number[];
  /** Events, counted for each connection that took all of its own; those of large conversations are told elsewhere. */
  delivered: number;
}

interface Addressed extends Told, Pick<Announcement, 'membershipVersion' | 'movesActivityToMs'> {
  /** Set where the conversation is told in so many slices. */
  slices?: number;
}

/**
 * Tells everyone concerned of a batch of changes: changes → events → members → live connections → one frame per connection
 * with all its events in order. A connection's trouble goes to the retry queue and is its own; a conversation whose members
 * can't be read fails alone, with all its changes, so that none overtakes another. What a large conversation's members are to have
 * goes to a queue, in slices.
 */
export const fanOut =
  (ports: FanOutPorts) =>
  async (changes: Change[]): Promise<FanOutResult> => {
    const announcements = changes.map(announcementOf);
    const addressed = await Promise.all(announcements.map((announcement) => address(ports.memberLists, announcement)));
    const unaddressed = [...addressed.keys()].filter((position) => !addressed[position]);
    const told = addressed.filter((announcement) => announcement !== undefined);

    // Before anybody is told: who has heard of their own removal hears of no typing after it.
    const watched = await endWatching(ports, announcements);
    const atOnce = told.filter((one) => !isInSlices(one));
    const [{ delivered, userIds }] = await Promise.all([
      tellMembers(ports, atOnce),
      tellInSlices(ports.sliceQueue, told.filter(isInSlices)),
      moveUp(ports, told),
    ]);
    await markReached(ports, atOnce, userIds);
    return { failed: [...unaddressed, ...watched], delivered };
  };

const isInSlices = (told: Addressed): told is Addressed & ToldInSlices => told.slices !== undefined;

/** Nothing where the members can't be read: every change of that conversation shares the read, and so the failure. */
async function address(memberLists: MemberLists, announcement: Announcement): Promise<Addressed | undefined> {
  const { conversationId, membershipVersion, membership, onlyTo } = announcement;
  if (onlyTo !== undefined) return addressedTo([onlyTo], announcement);
  if (membership) memberLists.advance(conversationId, membershipVersion, membership);
  // The comings and goings of a crowd are news to those alone who come and go: no list is read for them.
  if (membership && membership.memberCount > limits.sliceMembers)
    return addressedTo(membership.concerned, announcement, membership.memberCount);
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
  { events, membership, onlyTo, ...announcement }: Announcement,
  members = recipients.length,
): Addressed => ({
  ...announcement,
  recipients,
  events: events.map((event) => serializeEvent(event, limits)),
  ...(members > limits.sliceMembers && { slices: sliceCount(members, limits.sliceMembers) }),
});

/** Who was removed hears nothing more of the conversation. Gives the positions of those removals that could not be carried out. */
async function endWatching({ forgetWatching }: FanOutPorts, announcements: Announcement[]): Promise<number[]> {
  const outcomes = await Promise.allSettled(
    announcements.map(async ({ conversationId, membership }) => {
      if (membership && membership.removed.length > 0) await forgetWatching(conversationId, membership.removed);
    }),
  );
  return [...outcomes.keys()].filter((position) => outcomes[position]?.status === 'rejected');
}

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
