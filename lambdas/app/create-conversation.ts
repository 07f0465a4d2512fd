import type { CreateConversation } from '../../contract/conversation.ts';
import { refuse, refuseFields } from '../domain/chat-error.ts';
import {
  type Details,
  type Head,
  type Member,
  newMember,
  publicConversation,
  summaryFor,
} from '../domain/conversation.ts';
import { contextConversationId, type Digest, directConversationId, sortedPair } from '../domain/ids.ts';
import { isService, type Principal } from '../domain/principal.ts';
import { refuseStranger } from './admit.ts';
import { changeMembership } from './change-membership.ts';
import type { MembershipStore } from './membership-ports.ts';
import {
  type Clock,
  type ConversationStore,
  membersAtOnce,
  type NewConversation,
  type Randomness,
  type View,
} from './ports.ts';
import { type Shown, type ShowPorts, showOne } from './show-views.ts';

export interface CreatePorts extends ShowPorts {
  conversations: Pick<ConversationStore, 'viewsOf' | 'create'>;
  members: Pick<MembershipStore, 'headAndThose' | 'changeMembers'>;
  clock: Clock;
  randomness: Pick<Randomness, 'id'>;
  digest: Digest;
  /** Members of a group, its creator included. */
  membersPerGroup: number;
}

export interface Created {
  conversation: Shown;
  /** False when it was there already. */
  isNew: boolean;
}

const operation = 'create the conversation';

/**
 * A direct conversation is one per pair of users for ever, and one that belongs to a business object is one per object: asking
 * again gives the same one. Any other is new each time. Whoever creates a group or a channel owns it; a backend is a member only
 * where it names itself. VALIDATION_FAILED for a direct conversation with oneself and for a group over the limit, FORBIDDEN for
 * the context of a conversation of others and for a direct conversation where one has blocked the other.
 */
export const createConversation =
  (ports: CreatePorts) =>
  async (principal: Principal, request: CreateConversation): Promise<Created> => {
    if (request.type === 'direct') return createDirect(ports, principal, request.userId);
    refuseTooMany(ports, request, membersOf(principal, request).length);
    return request.context ? createForContext(ports, principal, request) : createNew(ports, principal, request);
  };

async function createDirect(ports: CreatePorts, principal: Principal, otherUserId: string): Promise<Created> {
  const { userId } = principal;
  if (userId === otherUserId) refuseFields(operation, [{ path: 'userId', message: 'must be another user' }]);
  const conversationId = directConversationId(userId, otherUserId, ports.digest);
  const head: Head = {
    ...newHead(ports, conversationId, userId, 2),
    type: 'direct',
    pair: sortedPair(userId, otherUserId),
    ownerCount: 0,
  };
  const member = newMember(head, userId, 'member');
  const members = [member, newMember(head, otherUserId, 'member')];
  return onceOnly(ports, principal, conversationId, async () => {
    const outcome = await ports.conversations.create({ head, members });
    if (outcome === 'blocked') refuseStranger(operation);
    return outcome === 'created' && showOne(ports, { head, member });
  });
}

type SharedRequest = Exclude<CreateConversation, { type: 'direct' }>;

/**
 * Found again by its context alone, so that members must never be there before their head: it might become the head of others.
 * Those beyond what it begins with are added to it.
 */
async function createForContext(ports: CreatePorts, principal: Principal, request: SharedRequest): Promise<Created> {
  const conversationId = sharedId(ports, request);
  return onceOnly(ports, principal, conversationId, async () => {
    const { head, members, details } = newShared(ports, principal, request, conversationId);
    const first = members.slice(0, membersAtOnce);
    const begun = { head: { ...head, memberCount: first.length }, members: first, ...(details && { details }) };
    if ((await ports.conversations.create(begun)) !== 'created') return false;
    const added = members.slice(membersAtOnce).map(({ userId }) => userId);
    const joined = await changeMembership(ports, begun.head, { removed: [], added });
    if (joined === 'outdated') refuse('UNAVAILABLE', operation, 'not all its members could be added');
    return shownNew(principal, { head, members, ...(details && { details }) });
  });
}

async function createNew(ports: CreatePorts, principal: Principal, request: SharedRequest): Promise<Created> {
  const conversation = newShared(ports, principal, request, sharedId(ports, request));
  const outcome = await ports.conversations.create(conversation);
  if (outcome !== 'created') refuse('INTERNAL', operation, 'its id is taken');
  return { conversation: shownNew(principal, conversation), isNew: true };
}

/** What is there already is given to its members and to a backend; else it is made, unless somebody is faster. */
async function onceOnly(
  ports: CreatePorts,
  principal: Principal,
  conversationId: string,
  make: () => Promise<Shown | false>,
): Promise<Created> {
  const existing = await existingView(ports, principal, conversationId);
  if (existing) return { conversation: await showOne(ports, existing), isNew: false };
  const made = await make();
  if (made) return { conversation: made, isNew: true };
  const theirs = await existingView(ports, principal, conversationId);
  if (theirs) return { conversation: await showOne(ports, theirs), isNew: false };
  return refuse('UNAVAILABLE', operation, 'it is being created just now');
}

async function existingView(
  ports: CreatePorts,
  principal: Principal,
  conversationId: string,
): Promise<View | undefined> {
  const [view] = await ports.conversations.viewsOf(principal.userId, [conversationId]);
  return view && !view.member && !isService(principal) ? refuseStranger(operation) : view;
}

/** A channel has no bound of its own: what one call can add is in the schema. */
function refuseTooMany({ membersPerGroup }: CreatePorts, { type }: SharedRequest, count: number): void {
  if (type === 'channel' || count <= membersPerGroup) return;
  refuseFields(operation, [{ path: 'memberIds', message: `must leave a group at most ${membersPerGroup} members` }]);
}

/** The creator first. */
function membersOf(principal: Principal, { memberIds }: SharedRequest): string[] {
  const others = [...new Set(memberIds)].filter((memberId) => memberId !== principal.userId);
  const isMember = !isService(principal) || memberIds.includes(principal.userId);
  return isMember ? [principal.userId, ...others] : others;
}

function newShared(
  ports: CreatePorts,
  principal: Principal,
  request: SharedRequest,
  conversationId: string,
): NewConversation {
  const userIds = membersOf(principal, request);
  const details = detailsOf(request);
  const head = {
    ...newHead(ports, conversationId, principal.userId, userIds.length),
    ...settingsOf(request),
    ownerCount: userIds.includes(principal.userId) ? 1 : 0,
    ...(details && { hasDetails: true }),
  };
  const roleOf = (userId: string) => (userId === principal.userId ? 'owner' : 'member');
  const members = userIds.map((userId) => newMember(head, userId, roleOf(userId)));
  return { head, members, ...(details && { details }) };
}

const sharedId = ({ randomness, digest }: CreatePorts, { type, context }: SharedRequest): string =>
  context ? contextConversationId(context, digest) : `${type === 'group' ? 'g' : 'c'}${randomness.id()}`;

const settingsOf = (request: SharedRequest) => ({
  type: request.type,
  title: request.title,
  ...(request.context && { context: request.context }),
  ...(request.posting === 'moderators' && { posting: request.posting }),
  ...(request.slowModeSeconds && { slowModeSeconds: request.slowModeSeconds }),
  ...(request.type === 'channel' && request.visibility === 'public' && { visibility: request.visibility }),
});

function detailsOf({ avatarUrl, metadata }: SharedRequest): Details | undefined {
  if (avatarUrl === undefined && metadata === undefined) return undefined;
  return { ...(avatarUrl !== undefined && { avatarUrl }), ...(metadata !== undefined && { metadata }) };
}

const newHead = ({ clock }: CreatePorts, conversationId: string, createdBy: string, memberCount: number) => ({
  conversationId,
  createdAtMs: clock.now(),
  createdBy,
  lastSeq: 0,
  lastRev: 0,
  changedRev: 0,
  lastActivityAtMs: clock.now(),
  memberCount,
  membershipVersion: 1,
});

/** As it was made: there is nothing to read. */
function shownNew({ userId }: Principal, { head, members, details }: NewConversation): Shown {
  const member = members.find((each: Member) => each.userId === userId);
  return member ? summaryFor({ head, member, ...(details && { details }) }) : publicConversation(head, details);
}
