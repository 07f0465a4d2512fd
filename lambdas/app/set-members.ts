import type { Member as PublicMember, SetMembers } from '../../contract/member.ts';
import { type Member, publicMember } from '../domain/conversation.ts';
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
import type { MembershipStore } from './membership-ports.ts';
import { untilDecided } from './until-decided.ts';

export interface SetPorts extends MembershipPorts {
  members: Pick<MembershipStore, 'headAndThose' | 'changeMembers' | 'memberPage'>;
}

const operation = 'set the members';

/** As many as fit into a megabyte, which is one read. */
const membersPerRead = 1_000;

/**
 * From a backend: whoever is missing is added, and of the others those are removed who are neither moderators nor owners. Asking
 * again changes nothing. A batch read, a query for every 1,000 members, a transaction for every 45 changes.
 */
export const setMembers =
  (ports: SetPorts) =>
  (principal: Principal, conversationId: string, { userIds }: SetMembers): Promise<PublicMember[]> =>
    untilDecided({ clock: ports.clock, operation }, async () => {
      const { head } = await placeOf(ports, { principal, right: 'setMembers', operation }, conversationId, []);
      refuseClosed(head, operation);
      const present = await everyMember(ports, conversationId);
      const wanted = new Set(userIds);
      const removed = present.filter(({ userId, role }) => role === 'member' && !wanted.has(userId));
      const staying = present.filter((member) => !removed.includes(member));
      const added = without(userIds, staying);
      refuseTooMany(ports, head, staying.length + added.length, operation);
      const joined = await changeMembership(ports, head, { removed, added });
      return joined === 'outdated' ? joined : [...staying, ...joined].map(publicMember).toSorted(byUserId);
    });

async function everyMember({ members }: SetPorts, conversationId: string): Promise<Member[]> {
  const found: Member[] = [];
  let cursor: string | undefined;
  do {
    const page = await members.memberPage(conversationId, { limit: membersPerRead, cursor });
    found.push(...page.members);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return found;
}
