import type { SendPorts } from '../../lambdas/app/send-message.ts';
import type { Head, Member } from '../../lambdas/domain/conversation.ts';
import type { Message } from '../../lambdas/domain/message.ts';
import { slowModeWaitMs } from '../../lambdas/domain/send-lease.ts';

export interface MemoryConversation
  extends Pick<SendPorts, 'members' | 'senders' | 'conversations' | 'messages' | 'replies' | 'files'> {
  head: Head;
  member: Member;
  log: Message[];
}

/** One conversation with one member in memory: each method is atomic, as the single conditional write that it stands for is. */
export function memoryConversation(): MemoryConversation {
  const head = aHead();
  const member = aMember();
  const log: Message[] = [];
  const sentFiles = new Set<string>();
  return {
    head,
    member,
    log,
    members: {
      async claimSend({ userId, key, lease }) {
        if (userId !== member.userId) return { outcome: 'notMember' };
        const earlier = member.recentSends[key];
        if (earlier !== undefined) return { outcome: 'repeated', member, lease: earlier };
        member.recentSends[key] = lease;
        member.ownSinceRead += 1;
        return { outcome: 'claimed', member };
      },
      async takeOverSend({ key, lease }, deadLease) {
        if (member.recentSends[key] !== deadLease) return false;
        member.recentSends[key] = lease;
        return true;
      },
      async releaseSend({ key, lease }) {
        if (member.recentSends[key] !== lease) return;
        delete member.recentSends[key];
        member.ownSinceRead -= 1;
      },
    },
    senders: memorySenders(),
    replies: {
      async exists({ seq }) {
        return log.some((message) => message.seq === seq);
      },
      async appendReply(reply) {
        log.push(reply);
        const parent = log.find(({ seq }) => seq === reply.replyTo);
        if (parent) parent.replyCount = (parent.replyCount ?? 0) + 1;
      },
    },
    conversations: {
      async allocateSeq({ mayPostAnywhere, previousSendMs, preview }) {
        if (head.closedAtMs !== undefined) return { outcome: 'closed' };
        if (head.posting && !mayPostAnywhere) return { outcome: 'notAllowed' };
        if (head.slowModeSeconds && previousSendMs !== undefined && !mayPostAnywhere) {
          const retryAfterMs = slowModeWaitMs(head.slowModeSeconds, previousSendMs, preview.atMs);
          if (retryAfterMs > 0) return { outcome: 'tooSoon', retryAfterMs };
        }
        head.lastSeq += 1;
        return { outcome: 'allocated', head: { ...head } };
      },
    },
    files: {
      async appendWith(message, files) {
        if (files.some(({ fileId }) => sentFiles.has(fileId))) return false;
        for (const { fileId } of files) sentFiles.add(fileId);
        log.push(message);
        return true;
      },
    },
    messages: {
      async append(message) {
        if (log.some(({ seq }) => seq === message.seq)) throw new Error('the place is taken');
        log.push(message);
      },
      async findSent({ clientMessageId }) {
        return log.find((message) => message.clientMessageId === clientMessageId);
      },
    },
  };
}

function memorySenders(): SendPorts['senders'] {
  const recentSends: Record<string, number> = {};
  return {
    async claimSend({ key, lease }) {
      const earlier = recentSends[key];
      if (earlier !== undefined) return { outcome: 'repeated', lease: earlier };
      recentSends[key] = lease;
      return { outcome: 'claimed' };
    },
    async takeOverSend({ key, lease }, deadLease) {
      if (recentSends[key] !== deadLease) return false;
      recentSends[key] = lease;
      return true;
    },
    async releaseSend({ key }) {
      delete recentSends[key];
    },
  };
}

export const aHead = (over: Partial<Head> = {}): Head => ({
  conversationId: 'c1',
  type: 'group',
  title: 'A group',
  createdAtMs: Date.UTC(2026, 0, 1),
  createdBy: 'alice',
  lastSeq: 0,
  lastRev: 0,
  changedRev: 0,
  lastActivityAtMs: Date.UTC(2026, 0, 1),
  memberCount: 2,
  ownerCount: 1,
  membershipVersion: 1,
  ...over,
});

export const aMember = (over: Partial<Member> = {}): Member => ({
  conversationId: 'c1',
  userId: 'alice',
  role: 'member',
  joinedSeq: 0,
  lastReadSeq: 0,
  lastDeliveredSeq: 0,
  ownSinceRead: 0,
  recentSends: {},
  changedRev: 0,
  ...over,
});

export const aMessage = (over: Partial<Message> = {}): Message => ({
  conversationId: 'c1',
  seq: 1,
  senderId: 'alice',
  clientMessageId: 'm1',
  type: 'text',
  text: 'hello',
  createdAtMs: Date.UTC(2026, 0, 1),
  rev: 0,
  membershipVersion: 1,
  ...over,
});
