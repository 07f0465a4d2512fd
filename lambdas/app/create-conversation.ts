import type { ConversationSummary, CreateConversation, Role } from '../../contract/conversation.ts';
import { refuse, refuseFields } from '../domain/chat-error.ts';
import { type Head, type Member, summaryFor } from '../domain/conversation.ts';
import { type Digest, directConversationId, sortedPair } from '../domain/ids.ts';
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
 * A direct conversation is one per pair of users for ever: asking again gives the same one. A group is new each time; its creator
 * owns it. VALIDATION_FAILED for a direct conversation with oneself and for a group over the limit.
 */
export const createConversation =
  (ports: CreatePorts) =>
  async (userId: string, request: CreateConversation): Promise<Created> =>
    request.type === 'direct' ? createDirect(ports, userId, request.userId) : createGroup(ports, userId, request);

async function createDirect(ports: CreatePorts, userId: string, otherUserId: string): Promise<Created> {
  if (userId === otherUserId) refuseFields(operation, [{ path: 'userId', message: 'must be another user' }]);
  const conversationId = directConversationId(userId, otherUserId, ports.digest);
  const existing = await ownView(ports, userId, conversationId);
  if (existing) return { conversation: existing, isNew: false };

  const head: Head = {
    ...newHead(ports, conversationId, userId, 2),
    type: 'direct',
    pair: sortedPair(userId, otherUserId),
  };
  const members = [userId, otherUserId].map((member) => newMember(conversationId, member, 'member'));
  if (await ports.conversations.create({ head, members })) return created({ head, members });
  // Somebody, the other side perhaps, was faster.
  const theirs = await ownView(ports, userId, conversationId);
  return theirs
    ? { conversation: theirs, isNew: false }
    : refuse('UNAVAILABLE', operation, 'it is being created just now');
}

type GroupRequest = Extract<CreateConversation, { type: 'group' }>;

async function createGroup(ports: CreatePorts, userId: string, request: GroupRequest): Promise<Created> {
  const others = [...new Set(request.memberIds)].filter((memberId) => memberId !== userId);
  if (others.length + 1 > ports.membersPerGroup) {
    refuseFields(operation, [
      { path: 'memberIds', message: `must be at most ${ports.membersPerGroup - 1} other members` },
    ]);
  }
  const conversationId = `g${ports.randomness.id()}`;
  const head: Head = {
    ...newHead(ports, conversationId, userId, others.length + 1),
    type: 'group',
    title: request.title,
    ...(request.metadata && { hasMetadata: true }),
  };
  const members = [
    newMember(conversationId, userId, 'owner'),
    ...others.map((memberId) => newMember(conversationId, memberId, 'member')),
  ];
  const conversation = { head, members, ...(request.metadata && { metadata: request.metadata }) };
  if (await ports.conversations.create(conversation)) return created(conversation);
  return refuse('UNAVAILABLE', operation, 'its id is taken');
}

const newHead = ({ clock }: CreatePorts, conversationId: string, createdBy: string, memberCount: number) => ({
  conversationId,
  createdAtMs: clock.now(),
  createdBy,
  lastSeq: 0,
  lastRev: 0,
  lastActivityAtMs: clock.now(),
  memberCount,
  membershipVersion: 1,
});

const newMember = (conversationId: string, userId: string, role: Role): Member => ({
  conversationId,
  userId,
  role,
  joinedSeq: 0,
  lastReadSeq: 0,
  lastDeliveredSeq: 0,
  ownSinceRead: 0,
  recentSends: {},
});

async function ownView({ conversations }: CreatePorts, userId: string, conversationId: string) {
  const [view] = await conversations.viewsOf(userId, [conversationId]);
  return view?.member && summaryFor(view.member, view.head);
}

function created({ head, members, metadata }: NewConversation): Created {
  const [creator] = members;
  if (!creator) return refuse('INTERNAL', operation, 'it has no members');
  return { conversation: summaryFor(creator, head, metadata), isNew: true };
}
