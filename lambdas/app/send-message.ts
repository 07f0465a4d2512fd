import type { EditMessage, ForwardedFrom, SendMessage } from '../../contract/message.ts';
import { movesActivity } from '../domain/activity.ts';
import { refuse, refuseFields, refuseForNow } from '../domain/chat-error.ts';
import { type Head, type Member, mayPostAnywhere } from '../domain/conversation.ts';
import { attachmentOf, type ChatFile } from '../domain/file.ts';
import { type Digest, positionIn } from '../domain/ids.ts';
import { type Content, contentOf, type Message, previewOf } from '../domain/message.ts';
import { isLeaseOver, leaseAt, leaseTimeMs, previousSendMs, sendKeyOf, sendTimeoutMs } from '../domain/send-lease.ts';
import type { CarryFiles } from './carry-files.ts';
import type { FileStore } from './file-ports.ts';
import type { Claim, Clock, ConversationStore, MemberStore, MessageStore, Randomness, SendAttempt } from './ports.ts';
import type { ReplyStore, SenderClaim, SenderStore } from './revision-ports.ts';
import { tooLong } from './too-long.ts';

export interface SendPorts {
  members: Pick<MemberStore, 'claimSend' | 'takeOverSend' | 'releaseSend'>;
  senders: SenderStore;
  conversations: Pick<ConversationStore, 'allocateSeq'>;
  messages: Pick<MessageStore, 'append' | 'findSent'>;
  replies: Pick<ReplyStore, 'exists' | 'appendReply'>;
  files: Pick<FileStore, 'appendWith'>;
  carry: CarryFiles;
  clock: Clock;
  randomness: Pick<Randomness, 'fraction'>;
  digest: Digest;
}

export interface SendRequest extends SendMessage {
  conversationId: string;
  senderId: string;
  /** The connection that it came by, if it came by one. */
  via?: string;
  /** A trusted backend: it alone sends system messages, and it sends to any conversation. */
  isService?: boolean;
  /** Set on a copy of another message. */
  forwardedFrom?: ForwardedFrom;
}

export interface Sent {
  message: Message;
  /** False when an earlier try had written it. */
  isNew: boolean;
}

const operation = 'send the message';

/** How long a repeat waits for the first try before it says «later»: it must answer before its own function times out. */
const patienceMs = sendTimeoutMs - 2_000;
const firstWaitMs = 20;
const longestWaitMs = 500;

/**
 * Sends a message exactly once, by three conditional writes in this order: the sender's member item (may I, have I?), the
 * conversation's head (what number, may anyone?), the message itself. A repeat with the same clientMessageId, whenever, in
 * parallel and by whatever transport, gets the same message. A crash leaves at worst an unused seq. A reply is one read more, and
 * its last write counts it on the message that it answers. What it carries is looked up before it has a seq, and written with it; a
 * message without attachments pays nothing for that. A backend that is no member has an item of its own for its first write.
 * FORBIDDEN to anyone but a member, CONFLICT when the conversation is closed, RATE_LIMITED where it is slow, UNAVAILABLE while an
 * earlier try is undecided.
 */
export const sendMessage =
  (ports: SendPorts) =>
  async (request: SendRequest): Promise<Sent> => {
    check(request);
    const deadline = ports.clock.now() + patienceMs;
    for (let waitMs = firstWaitMs; ; waitMs = Math.min(waitMs * 2, longestWaitMs)) {
      const sent = await trySending(ports, request);
      if (sent) return sent;
      if (ports.clock.now() + waitMs > deadline) refuse('UNAVAILABLE', operation, 'an earlier try is still under way');
      await ports.clock.sleep(waitMs);
    }
  };

/** What can be told before anything is written. */
function check(request: SendRequest): void {
  if (request.type === 'system' && !request.isService) refuse('FORBIDDEN', operation, 'only a backend may say that');
  if (request.replyTo !== undefined) parentOf(request, request.replyTo);
}

/** Which message of this conversation is answered. */
function parentOf({ conversationId }: SendRequest, replyTo: string): number {
  const position = positionIn(replyTo);
  if (position?.conversationId === conversationId) return position.seq;
  return refuseFields(operation, [{ path: 'replyTo', message: 'must be a message of this conversation' }]);
}

/** Nothing while an earlier try may be alive. */
async function trySending(ports: SendPorts, request: SendRequest): Promise<Sent | undefined> {
  const attempt = attemptOf(ports, request);
  const { claim, memory } = await claimSend(ports, request, attempt);
  switch (claim.outcome) {
    case 'claimed':
      return { message: await write(ports, request, { attempt, memory, ...memberIn(claim) }), isNew: true };
    case 'repeated':
      return finishEarlierTry(ports, request, { attempt, memory, ...memberIn(claim) }, claim.lease);
    case 'notMember':
      return refuseStranger();
    default:
      return refuseUnwelcome(claim.outcome);
  }
}

/** A try that has been claimed, and where. */
interface ClaimedTry {
  attempt: SendAttempt;
  memory: Pick<MemberStore, 'takeOverSend' | 'releaseSend'>;
  /** Absent for a backend that is none. */
  member?: Member;
}

/** In the memory of the sender's membership; or, for a backend that is no member, in one of its own. */
async function claimSend(
  { members, senders }: SendPorts,
  { isService }: SendRequest,
  attempt: SendAttempt,
): Promise<{ claim: Claim | SenderClaim; memory: ClaimedTry['memory'] }> {
  const claim = await members.claimSend(attempt);
  if (claim.outcome !== 'notMember' || !isService) return { claim, memory: members };
  return { claim: await senders.claimSend(attempt), memory: senders };
}

const memberIn = (claim: Claim | SenderClaim): { member?: Member } =>
  'member' in claim ? { member: claim.member } : {};

/** Who is blocked is told what all are told of a closed conversation: a block is nobody's business but the blocker's. */
const refuseUnwelcome = (reason: 'banned' | 'blocked'): never =>
  reason === 'banned' ? refuse('FORBIDDEN', operation, 'the sender is banned from the conversation') : refuseClosed();

const refuseStranger = (): never => refuse('FORBIDDEN', operation, 'the sender is not a member of the conversation');

const refuseClosed = (): never => refuse('CONFLICT', operation, 'the conversation is closed');

const attemptOf = ({ clock, randomness, digest }: SendPorts, request: SendRequest): SendAttempt => ({
  conversationId: request.conversationId,
  userId: request.senderId,
  key: sendKeyOf(digest, request.clientMessageId),
  lease: leaseAt(clock.now(), randomness.fraction()),
});

async function write(ports: SendPorts, request: SendRequest, claimed: ClaimedTry): Promise<Message> {
  const replyTo = await answered(ports, request, claimed);
  const files = await carried(ports, request, claimed);
  const head = await takeSeq(ports, request, claimed);
  const message: Message = {
    conversationId: request.conversationId,
    seq: head.lastSeq,
    senderId: request.senderId,
    clientMessageId: request.clientMessageId,
    type: request.type,
    ...contentWith(request, files),
    ...(replyTo !== undefined && { replyTo }),
    ...(request.forwardedFrom && { forwardedFrom: request.forwardedFrom }),
    createdAtMs: leaseTimeMs(claimed.attempt.lease),
    rev: 0,
    membershipVersion: head.membershipVersion,
    ...(request.via !== undefined && { via: request.via }),
    ...(movesActivity(head.previousActivityAtMs, head.lastActivityAtMs) && {
      movesActivityToMs: head.lastActivityAtMs,
    }),
  };
  await append(ports, message, files, claimed);
  return message;
}

async function append(
  { messages, replies, files: store }: SendPorts,
  message: Message,
  files: ChatFile[],
  { memory, attempt }: ClaimedTry,
): Promise<void> {
  const { replyTo, seq } = message;
  if (files.length === 0) {
    return replyTo === undefined ? messages.append(message) : replies.appendReply({ ...message, replyTo });
  }
  if (
    await store.appendWith(
      message,
      files.map((file) => ({ ...file, seq })),
    )
  )
    return;
  await memory.releaseSend(attempt);
  refuseFields(operation, [{ path: 'attachments', message: 'were sent or deleted a moment ago' }]);
}

/** What the message carries. Nothing is asked of one that carries nothing. */
async function carried(
  { carry }: SendPorts,
  request: SendRequest,
  { memory, attempt }: ClaimedTry,
): Promise<ChatFile[]> {
  if (!request.attachments || request.attachments.length === 0) return [];
  const carrying = await carry(request);
  const errors = 'errors' in carrying ? carrying.errors : tooLong(contentWith(request, carrying.files));
  if ('files' in carrying && errors.length === 0) return carrying.files;
  await memory.releaseSend(attempt);
  return refuseFields(operation, errors);
}

/** What it says, with the server's word on what it carries in place of nothing. */
export const contentWith = ({ attachments, ...said }: EditMessage, files: ChatFile[]): Content =>
  contentOf({
    ...said,
    ...(attachments && { attachments: files.map((file, position) => attachmentOf(file, attachments[position] ?? {})) }),
  });

/** Looked up before a seq is taken: a reply to nothing would leave a hole, and its words as the last in every list. */
async function answered(
  { replies }: SendPorts,
  request: SendRequest,
  { memory, attempt }: ClaimedTry,
): Promise<number | undefined> {
  if (request.replyTo === undefined) return undefined;
  const seq = parentOf(request, request.replyTo);
  if (await replies.exists({ conversationId: request.conversationId, seq })) return seq;
  await memory.releaseSend(attempt);
  return refuseFields(operation, [{ path: 'replyTo', message: 'must be a message of this conversation' }]);
}

async function takeSeq(ports: SendPorts, request: SendRequest, { attempt, memory, member }: ClaimedTry): Promise<Head> {
  const allocation = await ports.conversations.allocateSeq({
    conversationId: request.conversationId,
    mayPostAnywhere: request.isService === true || (member !== undefined && mayPostAnywhere(member.role)),
    preview: previewOf(request, ports.clock.now()),
    previousSendMs: member && previousSendMs(member.recentSends, attempt.key),
  });
  if (allocation.outcome === 'allocated') return allocation.head;
  await memory.releaseSend(attempt);
  switch (allocation.outcome) {
    case 'closed':
      return refuseClosed();
    case 'notAllowed':
      return refuse('FORBIDDEN', operation, 'only moderators may post here');
    case 'tooSoon':
      return refuseForNow(operation, 'the conversation is in slow mode', { retryAfterMs: allocation.retryAfterMs });
    case 'missing':
      return request.isService ? refuse('NOT_FOUND', operation, 'there is no such conversation') : refuseStranger();
  }
}

/** The message of an earlier try; or, when that try died before it wrote one, ours in its place; nothing while it may be alive. */
async function finishEarlierTry(
  ports: SendPorts,
  request: SendRequest,
  claimed: ClaimedTry,
  lease: number,
): Promise<Sent | undefined> {
  // Judged before the look: a try that ended after a look that missed it would be written twice.
  const isDead = isLeaseOver(lease, ports.clock.now());
  const message = await ports.messages.findSent({ ...request, lease });
  if (message) return { message, isNew: false };
  if (!isDead) return undefined;
  if (claimed.member?.bannedAtMs !== undefined) refuseUnwelcome('banned');
  if (claimed.member?.blockedAtMs !== undefined) refuseUnwelcome('blocked');
  if (!(await claimed.memory.takeOverSend(claimed.attempt, lease))) return undefined;
  return { message: await write(ports, request, claimed), isNew: true };
}
