import type { Principal } from '../domain/principal.ts';
import { rightToRemove } from '../domain/roles.ts';
import { admit } from './admit.ts';
import { changeMembership, type MembershipPorts, placeOf } from './change-membership.ts';
import { refuseLastOwner } from './change-role.ts';
import { untilDecided } from './until-decided.ts';

const operation = 'remove the member';

/**
 * Anyone leaves; moderators remove members, owners anybody. Removing who is no member is done already. One batch read and one
 * transaction. CONFLICT in a direct conversation, and for the last owner of one that is open.
 */
export const removeMember =
  (ports: Pick<MembershipPorts, 'members' | 'clock'>) =>
  (principal: Principal, conversationId: string, userId: string): Promise<void> =>
    untilDecided({ clock: ports.clock, operation }, async () => {
      const right = userId === principal.userId ? 'leave' : 'removeMembers';
      const place = await placeOf(ports, { principal, right, operation }, conversationId, [userId]);
      const [member] = place.known;
      if (!member) return;
      if (right !== 'leave') admit(place, { principal, right: rightToRemove(member.role), operation });
      refuseLastOwner(place.head, member, operation);
      const left = await changeMembership(ports, place.head, { removed: [member], added: [] });
      return left === 'outdated' ? left : undefined;
    });
