import type { MessageChange } from '../domain/change.ts';
import { refuse } from '../domain/chat-error.ts';
import type { Access } from './message-access.ts';
import type { Clock } from './ports.ts';
import type { RevisionStore, Showing } from './revision-ports.ts';
import { untilDecided } from './until-decided.ts';

export interface ShowPorts {
  revisions: Pick<RevisionStore, 'allocateRev' | 'mark'>;
  clock: Pick<Clock, 'now' | 'sleep'>;
}

/**
 * Shows on a message what was decided elsewhere: takes a revision, marks it, and only then looks at what to show, so that whoever
 * has the highest revision has seen all that was decided before it. Three writes, more where another change was faster. False
 * where the message is deleted.
 */
export const showChange = (
  { revisions, clock }: ShowPorts,
  { operation, position, changer }: Access,
  show: (change: MessageChange & { rev: number }) => Promise<Showing>,
): Promise<boolean> =>
  untilDecided({ clock, operation }, async () => {
    const { conversationId, seq } = position;
    const atMs = clock.now();
    const allocation = await revisions.allocateRev({ conversationId, atMs, mustBeOpen: false });
    if (allocation.outcome === 'closed') return refuse('INTERNAL', operation, 'the conversation is gone');
    const { lastRev: rev, membershipVersion } = allocation.head;
    await revisions.mark({ conversationId, rev, seq, atMs });
    const showing = await show({
      rev,
      atMs,
      membershipVersion,
      ...(changer.via !== undefined && { via: changer.via }),
    });
    return showing === 'overtaken' ? 'outdated' : showing === 'shown';
  });
