import type { ConversationSummary, CreateConversation } from '../../contract/conversation.ts';
import { refuse, refuseFields } from '../domain/chat-error.ts';
import { type Details, type Head, newMember, summaryFor } from '../domain/conversation.ts';
import { contextConversationId, type Digest, directConversationId, sortedPair } from '../domain/ids.ts';
import type { Clock, ConversationStore, NewConversation, Randomness } from './ports.ts';

export interface CreatePorts {
  conversations: ConversationStore;
  clock: Clock;
  randomness: Randomness;
  digest: Digest;
  /** Members of a group, its creator included. */
  membersPerGroup: number;
}

export interface Created {
  conversation: ConversationSummary;
  /** False when it was there already. */
  isNew: boolean;
}

const operation = 'create the conversation';

/**
 * A direct conversation is one per pair of users for ever, and one that belongs to a business object is one per object: asking
 * again gives the same one. Any other is new each time. Whoever creates a group or a channel owns it. VALIDATION_FAILED for a
 * direct conversation with oneself and for a group over the limit, FORBIDDEN for the context of a conversation of others.
 */
export const createConversation =
  (ports: CreatePorts) =>
  async (userId: string, request: CreateConversation): Promise<Created> =>
    request.type === 'direct' ? createDirect(ports, userId, request.userId) : createShared(ports, userId, request);

async function createDirect(ports: CreatePorts, userId: string, otherUserId: string): Promise<Created> {
  if (userId === otherUserId) refuseFields(operation, [{ path: 'userId', message: 'must be another user' }]);
  const conversationId = directConversationId(userId, otherUserId, ports.digest);
  const existing = await ownView(ports, userId, conversationId);
  if (existing) return { conversation: existing, isNew: false };

  const head: Head = {
    ...newHead(ports, conversationId, userId, 2),
    type: 'direct',
    pair: sortedPair(userId, otherUserId),
    ownerCount: 0,
  };
  const members = [userId, otherUserId].map((member) => newMember(head, member, 'member'));
  if (await ports.conversations.create({ head, members })) return created({ head, members });
  // Somebody, the other side perhaps, was faster.
  const theirs = await ownView(ports, userId, conversationId);
  return theirs
    ? { conversation: theirs, isNew: false }
    : refuse('UNAVAILABLE', operation, 'it is being created just now');
}

type SharedRequest = Exclude<CreateConversation, { type: 'direct' }>;

/** One that belongs to a business object is found again by it; any other is new each time. */
async function createShared(ports: CreatePorts, userId: string, request: SharedRequest): Promise<Created> {
  const others = [...new Set(request.memberIds)].filter((memberId) => memberId !== userId);
  refuseTooMany(ports, request, others);
  const conversationId = sharedId(ports, request);
  const existing = request.context && (await ownView(ports, userId, conversationId));
  if (existing) return { conversation: existing, isNew: false };

  const details = detailsOf(request);
  const head = { ...newHead(ports, conversationId, userId, others.length + 1), ...settingsOf(request), ownerCount: 1 };
  const members = [newMember(head, userId, 'owner'), ...others.map((memberId) => newMember(head, memberId, 'member'))];
  const conversation = {
    head: { ...head, ...(details && { hasDetails: true }) },
    members,
    ...(details && { details }),
  };
  if (await ports.conversations.create(conversation)) return created(conversation);
  return refuse('FORBIDDEN', operation, 'the caller is not a member of the conversation of this context');
}

/** A channel has no bound of its own: what one call can add is in the schema. */
function refuseTooMany({ membersPerGroup }: CreatePorts, { type }: SharedRequest, others: string[]): void {
  if (type === 'channel' || others.length < membersPerGroup) return;
  refuseFields(operation, [{ path: 'memberIds', message: `must be at most ${membersPerGroup - 1} other members` }]);
}

const sharedId = ({ randomness, digest }: CreatePorts, { type, context }: SharedRequest): string =>
  context ? contextConversationId(context, digest) : `${type === 'group' ? 'g' : 'c'}${randomness.id()}`;

const settingsOf = (request: SharedRequest) => ({
  type: request.type,
  title: request.title,
  ...(request.context && { context: request.context }),
  ...(request.posting === 'moderators' && { posting: request.posting }),
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

async function ownView({ conversations }: CreatePorts, userId: string, conversationId: string) {
  const [view] = await conversations.viewsOf(userId, [conversationId]);
  return view?.member && summaryFor({ ...view, member: view.member });
}

function created({ head, members, details }: NewConversation): Created {
  const [member] = members;
  if (!member) return refuse('INTERNAL', operation, 'it has no members');
  return { conversation: summaryFor({ head, member, ...(details && { details }) }), isNew: true };
}
