import type { Head } from '../domain/conversation.ts';
import { assigning } from './assigning.ts';
import { type HeadAnnouncement, isListed, markItem } from './items.ts';
import * as keys from './keys.ts';
import type { TransactionPart } from './table.ts';

/** The head after its next revision. */
export const revisedHead = (head: Head, atMs: number): Head => {
  const rev = head.lastRev + 1;
  return { ...head, lastRev: rev, lastRevAtMs: atMs, changedRev: rev };
};

/**
 * Takes a head to its next revision and marks it. `head` is as it is to be, but for `lastRev`, which is as it was read: every write
 * of what is set here gives out a revision, so that one condition keeps out whatever has changed meanwhile. What a send writes is
 * left alone, and a send takes the announcement away again.
 */
export function headRevision(head: Head, announcement: Required<HeadAnnouncement>, atMs: number): TransactionPart[] {
  const { title, posting, slowModeSeconds, visibility, hasDetails, closedAtMs } = head;
  const { memberCount, ownerCount, membershipVersion } = head;
  const { conversationId, lastRev, lastRevAtMs, changedRev } = revisedHead(head, atMs);
  const { GSI1PK, GSI1SK } = isListed(head) ? keys.channelKey(conversationId, title ?? '') : notListed;
  const { update, names, values } = assigning({
    ...{ title, posting, slowModeSeconds, visibility, hasDetails, closedAtMs },
    ...{ memberCount, ownerCount, membershipVersion },
    ...{ lastRev, lastRevAtMs, changedRev, GSI1PK, GSI1SK, ...announcement },
  });
  return [
    {
      key: keys.headKey(conversationId),
      update,
      condition: '#lastRev = :seenRev',
      names,
      values: { ...values, ':seenRev': head.lastRev },
    },
    { put: markItem({ conversationId, rev: lastRev, atMs }) },
  ];
}

const notListed = { GSI1PK: undefined, GSI1SK: undefined };
