import type { SendMessage } from '../../contract/message.ts';
import { movesActivity } from '../domain/activity.ts';
import { refuse, refuseFields } from '../domain/chat-error.ts';
import { type Head, type Member, mayPostAnywhere } from '../domain/conversation.ts';
import { type Digest, positionIn } from '../domain/ids.ts';
import { contentOf, type Message, previewOf } from '../domain/message.ts';
import { isLeaseOver, leaseAt, leaseTimeMs, sendTimeoutMs } from '../domain/send-lease.ts';
import type { Clock, ConversationStore, MemberStore, MessageStore, Randomness, SendAttempt } from './ports.ts';

export interface SendPorts {
  members: Pick<MemberStore, 'claimSend' | 'takeOverSend' | 'releaseSend'>;
  conversations: Pick<ConversationStore, 'allocateSeq'>;
  messages: Pick<MessageStore, 'append' | 'findSent'>;
  clock: Clock;
  randomness: Pick<Randomness, 'fraction'>;
  digest: Digest;
}

export interface SendRequest extends SendMessage {
  conversationId: string;
  senderId: string;
  /** The connection that it came by, if it came by one. */
  via?: string;
  /** A trusted backend: it alone sends system messages. */
  isService?: boolean;
}

export interface Sent {
  message: Message;
  /** False when an earlier try had written it. */
  isNew: boolean;
}

const operation = 'send the message';

/** Enough that two of the at most 32 keys that a member item holds never meet. */
const keyLength = 8;

/** How long a repeat waits for the first try before it says «later»: it must answer before its own function times out. */
const patienceMs = sendTimeoutMs - 2_000;
const firstWaitMs = 20;
const longestWaitMs = 500;

/**
 * Sends a message exactly once, by three conditional writes in this order: the sender's member item (may I, have I?), the
 * conversation's head (what number, may anyone?), the message itself. A repeat with the same clientMessageId, whenever, in
 * parallel and by whatever transport, gets the same message. A crash leaves at worst an unused seq.
 * FORBIDDEN to anyone but a member, CONFLICT when the conversation is closed, UNAVAILABLE while an earlier try is undecided.
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
  const claim = await ports.members.claimSend(attempt);
  switch (claim.outcome) {
    case 'claimed':
      return { message: await write(ports, request, attempt, claim.member), isNew: true };
    case 'repeated':
      return finishEarlierTry(ports, request, attempt, claim);
    case 'banned':
      return refuseBanned();
    case 'notMember':
      return refuse('FORBIDDEN', operation, 'the sender is not a member of the conversation');
  }
}

const refuseBanned = (): never => refuse('FORBIDDEN', operation, 'the sender is banned from the conversation');

const attemptOf = ({ clock, randomness, digest }: SendPorts, request: SendRequest): SendAttempt => ({
  conversationId: request.conversationId,
  userId: request.senderId,
  key: digest(request.clientMessageId).slice(0, keyLength),
  lease: leaseAt(clock.now(), randomness.fraction()),
});

async function write(ports: SendPorts, request: SendRequest, attempt: SendAttempt, member: Member): Promise<Message> {
  const head = await takeSeq(ports, request, attempt, member);
  const message: Message = {
    conversationId: request.conversationId,
    seq: head.lastSeq,
    senderId: request.senderId,
    clientMessageId: request.clientMessageId,
    type: request.type,
    ...contentOf(request),
    ...(request.replyTo !== undefined && { replyTo: parentOf(request, request.replyTo) }),
    createdAtMs: leaseTimeMs(attempt.lease),
    rev: 0,
    membershipVersion: head.membershipVersion,
    ...(request.via !== undefined && { via: request.via }),
    ...(movesActivity(head.previousActivityAtMs, head.lastActivityAtMs) && {
      movesActivityToMs: head.lastActivityAtMs,
    }),
  };
  await ports.messages.append(message);
  return message;
}

async function takeSeq(ports: SendPorts, request: SendRequest, attempt: SendAttempt, member: Member): Promise<Head> {
  const allocation = await ports.conversations.allocateSeq({
    conversationId: request.conversationId,
    mayPostAnywhere: mayPostAnywhere(member.role),
    preview: previewOf(request, ports.clock.now()),
  });
  if (allocation.outcome === 'allocated') return allocation.head;
  await ports.members.releaseSend(attempt);
  return allocation.outcome === 'closed'
    ? refuse('CONFLICT', operation, 'the conversation is closed')
    : refuse('FORBIDDEN', operation, 'only moderators may post here');
}

/** The message of an earlier try; or, when that try died before it wrote one, ours in its place; nothing while it may be alive. */
async function finishEarlierTry(
  ports: SendPorts,
  request: SendRequest,
  attempt: SendAttempt,
  { member, lease }: { member: Member; lease: number },
): Promise<Sent | undefined> {
  // Judged before the look: a try that ended after a look that missed it would be written twice.
  const isDead = isLeaseOver(lease, ports.clock.now());
  const message = await ports.messages.findSent({ ...request, lease });
  if (message) return { message, isNew: false };
  if (!isDead) return undefined;
  if (member.bannedAtMs !== undefined) refuseBanned();
  if (!(await ports.members.takeOverSend(attempt, lease))) return undefined;
  return { message: await write(ports, request, attempt, member), isNew: true };
}
