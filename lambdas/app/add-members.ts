import type { AddMembers, Member as PublicMember } from '../../contract/member.ts';
import { publicMember } from '../domain/conversation.ts';
import type { Principal } from '../domain/principal.ts';
import { refuseClosed } from './admit.ts';
import {
  byUserId,
  changeMembership,
  type MembershipPorts,
  placeOf,
  refuseTooMany,
  without,
} from './change-membership.ts';
import { untilDecided } from './until-decided.ts';

const operation = 'add members';

export interface Added {
  /** All who were asked for. */
  members: PublicMember[];
  /** False when all of them were members already. */
  isNew: boolean;
}

/**
 * Makes users members, by moderators and owners; who is one already stays as they are. One batch read, and one transaction for
 * every 45. VALIDATION_FAILED for more than a group holds, CONFLICT in a direct or closed conversation.
 */
export const addMembers =
  (ports: MembershipPorts) =>
  (principal: Principal, conversationId: string, { userIds }: AddMembers): Promise<Added> =>
    untilDecided({ clock: ports.clock, operation }, async () => {
      const request = { principal, right: 'addMembers', operation } as const;
      const { head, known } = await placeOf(ports, request, conversationId, userIds);
      refuseClosed(head, operation);
      const missing = without(userIds, known);
      refuseTooMany(ports, head, head.memberCount + missing.length, operation);
      const joined = await changeMembership(ports, head, { removed: [], added: missing });
      if (joined === 'outdated') return joined;
      return { members: [...known, ...joined].map(publicMember).toSorted(byUserId), isNew: joined.length > 0 };
    });
