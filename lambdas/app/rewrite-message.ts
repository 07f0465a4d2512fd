import { contentOf, type Message, previewOf } from '../domain/message.ts';
import { type Access, accessTo, type Changer, refuseClosed } from './message-access.ts';
import type { Clock } from './ports.ts';
import type { Replacement, RevisionStore } from './revision-ports.ts';
import { untilDecided } from './until-decided.ts';

export interface RewritePorts {
  revisions: Pick<RevisionStore, 'messageView' | 'allocateRev' | 'replace'>;
  clock: Pick<Clock, 'now' | 'sleep'>;
}

/** What an edit or a deletion makes of a message; nothing where nothing is left to do. Refuses where it may not be done. */
export interface Rewriting {
  operation: string;
  emit: Replacement['emit'];
  mustBeOpen: boolean;
  rewrite(access: Access, atMs: number): Message | undefined;
}

/**
 * Changes what a message says and keeps what it said: one batch read, the head's next revision, and one transaction of message,
 * revision and mark. Where another change was faster, all of it again.
 */
export const rewriteMessage = (
  ports: RewritePorts,
  changer: Changer,
  messageId: string,
  rewriting: Rewriting,
): Promise<{ before: Message; after: Message }> =>
  untilDecided({ ...ports, ...rewriting }, async () => {
    const access = await accessTo(ports, changer, messageId, rewriting.operation);
    const { message } = access;
    const atMs = ports.clock.now();
    const next = rewriting.rewrite(access, atMs);
    if (!next) return { before: message, after: message };
    const after = await replace(ports, access, next, rewriting, atMs);
    return after ? { before: message, after } : 'outdated';
  });

/** Nothing where another change was faster. */
async function replace(
  { revisions }: RewritePorts,
  { changer, position, head, message }: Access,
  next: Message,
  { operation, emit, mustBeOpen }: Rewriting,
  atMs: number,
): Promise<Message | undefined> {
  const { conversationId, seq } = position;
  const allocation = await revisions.allocateRev({
    conversationId,
    atMs,
    mustBeOpen,
    ...(head.lastSeq === seq && { lastMessage: { seq, preview: previewOf(next, message.createdAtMs) } }),
  });
  if (allocation.outcome === 'closed') return refuseClosed(operation);
  const { lastRev: rev, membershipVersion } = allocation.head;
  const after = { ...next, rev };
  const isDone = await revisions.replace({
    emit,
    message: after,
    seenRev: message.rev,
    before: {
      ...contentOf(message),
      conversationId,
      seq,
      rev,
      editedBy: changer.userId,
      atMs,
      ...(emit === 'message.deleted' && { isDeletion: true }),
    },
    changed: { atMs, membershipVersion, ...(changer.via !== undefined && { via: changer.via }) },
  });
  return isDone ? after : undefined;
}
