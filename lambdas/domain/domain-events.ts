import type { DomainEvent } from '../../contract/domain-event.ts';
import type { Member as PublicMember } from '../../contract/member.ts';
import type { Change, ConversationChange, MembershipChange, MessageChange } from './change.ts';
import { type Head, publicChannel } from './conversation.ts';
import { messageIdOf } from './ids.ts';
import { type Message, previewOf } from './message.ts';

/** A change that the deployer's own systems are told of: reactions, receipts and what is one user's own are not. */
export type PublishedChange = Exclude<Change, { emit: `${'reaction' | 'receipt' | 'scheduled'}.${string}` }>;

/** What is beside the change itself. */
export interface Around {
  /** As it is now, or as the change left it. */
  head: Head;
  /** Some more members than one event names, or all of them; nobody where the event names none. */
  memberIds: readonly string[];
  /** How many users one event names. */
  mostUsers: number;
}

export const isPublished = (change: Change): change is PublishedChange =>
  !/^(reaction|receipt|scheduled)\./.test(change.emit);

/** Whether its events name members. */
export const namesMembers = ({ emit }: PublishedChange): boolean =>
  emit === 'message.created' || emit === 'conversation.created';

/** The events of one change; a change of the membership is one for each member concerned. */
export function domainEventsOf(change: PublishedChange, around: Around): DomainEvent[] {
  switch (change.emit) {
    case 'message.created':
      return [messageCreated(change.message, around)];
    case 'message.updated':
      return [messageUpdated(change.message, change.changed, around)];
    case 'message.deleted':
      return [messageDeleted(change.message, change.changed, around)];
    case 'conversation.created':
      return [conversationCreated(change.head, change.changed, around)];
    case 'conversation.updated':
    case 'conversation.closed':
      return [conversationChanged(change.emit, change.head, change.changed)];
    case 'membership.changed':
      return membershipChanged(change.head, change.changed);
  }
}

/** A repeat says the same: the id is made of what changed, and of nothing that differs from one telling to the next. */
export const baseOf = (atMs: number, kind: string, ...parts: (string | number)[]) => ({
  version: 1 as const,
  id: [kind, ...parts].map(encodeURIComponent).join(':'),
  at: isoTime(atMs),
});

const isoTime = (ms: number) => new Date(ms).toISOString();

function messageCreated(message: Message, { head, memberIds, mostUsers }: Around): DomainEvent {
  const { senderId, createdAtMs } = message;
  const others = memberIds.filter((userId) => userId !== senderId);
  const isWhole = memberIds.length <= mostUsers;
  return {
    detailType: 'chat.message.created',
    detail: {
      ...baseOf(createdAtMs, 'message.created', idOf(message)),
      ...placeOf(message, head),
      message: describe(message),
      recipients: others.slice(0, mostUsers),
      recipientCount: isWhole ? others.length : Math.max(head.memberCount - 1, mostUsers),
    },
  };
}

function messageUpdated(message: Message, { atMs }: MessageChange, { head }: Around): DomainEvent {
  const { rev, editedAtMs, pinned } = message;
  return {
    detailType: 'chat.message.updated',
    detail: {
      ...baseOf(atMs, 'message.updated', idOf(message), rev),
      ...placeOf(message, head),
      message: {
        ...describe(message),
        rev,
        ...(editedAtMs !== undefined && { editedAt: isoTime(editedAtMs) }),
        ...(pinned && { pinned: true as const }),
      },
    },
  };
}

function messageDeleted(message: Message, { atMs }: MessageChange, { head }: Around): DomainEvent {
  const { senderId, deletedBy = senderId, rev } = message;
  return {
    detailType: 'chat.message.deleted',
    detail: {
      ...baseOf(atMs, 'message.deleted', idOf(message), rev),
      ...placeOf(message, head),
      message: { ...pointerTo(message), rev },
      deletedBy: { userId: deletedBy },
    },
  };
}

const idOf = ({ conversationId, seq }: Message) => messageIdOf(conversationId, seq);
const pointerTo = (message: Message) => ({ id: idOf(message), seq: message.seq, type: message.type });
const placeOf = ({ senderId }: Message, head: Head) => ({
  conversation: conversationPointer(head),
  sender: { userId: senderId },
});

/** Of an encrypted message, that it is one. */
function describe(message: Message) {
  const { conversationId, encrypted, mentions, replyTo } = message;
  const { text: preview } = previewOf(message, 0);
  return {
    ...pointerTo(message),
    ...(encrypted === undefined && preview !== undefined && { preview }),
    ...(encrypted !== undefined && { isEncrypted: true as const }),
    ...(mentions !== undefined && { mentions }),
    ...(replyTo !== undefined && { replyTo: messageIdOf(conversationId, replyTo) }),
  };
}

const conversationPointer = ({ conversationId, type, title, context }: Head) => ({
  id: conversationId,
  type,
  ...(title !== undefined && { title }),
  ...(context && { context }),
});

function conversationCreated(head: Head, changed: ConversationChange | undefined, around: Around): DomainEvent {
  const { atMs, details } = changed ?? { atMs: head.createdAtMs };
  return {
    detailType: 'chat.conversation.created',
    detail: {
      ...baseOf(atMs, 'conversation.created', head.conversationId),
      conversation: withoutItsLog(publicChannel(head, details)),
      memberIds: around.memberIds.slice(0, around.mostUsers),
    },
  };
}

const conversationChanged = (
  emit: 'conversation.updated' | 'conversation.closed',
  head: Head,
  { atMs, details }: ConversationChange,
): DomainEvent => ({
  detailType: `chat.${emit}`,
  detail: {
    ...baseOf(atMs, emit, head.conversationId, head.changedRev),
    conversation: withoutItsLog(publicChannel(head, details)),
  },
});

const withoutItsLog = ({ lastSeq, lastActivityAt, ...conversation }: ReturnType<typeof publicChannel>) => conversation;

function membershipChanged(head: Head, { atMs, added = [], removed = [], updated = [] }: MembershipChange) {
  const { conversationId, changedRev, memberCount } = head;
  const eventOf =
    (kind: 'member.added' | 'member.removed' | 'member.updated') =>
    (member: PublicMember): DomainEvent => ({
      detailType: `chat.${kind}`,
      detail: {
        ...baseOf(atMs, kind, conversationId, changedRev, member.userId),
        conversation: conversationPointer(head),
        member,
        memberCount,
      },
    });
  return [
    ...removed.map(eventOf('member.removed')),
    ...updated.map(eventOf('member.updated')),
    ...added.map(eventOf('member.added')),
  ];
}
