import type { ChangeRole, Member as PublicMember } from '../../contract/member.ts';
import { refuse } from '../domain/chat-error.ts';
import { type Head, type Member, publicMember } from '../domain/conversation.ts';
import type { Principal } from '../domain/principal.ts';
import { refuseClosed } from './admit.ts';
import { type MembershipPorts, placeOf } from './change-membership.ts';
import { untilDecided } from './until-decided.ts';

const operation = 'change the role';

/**
 * By owners. One batch read and one transaction; none for the role that the member has. NOT_FOUND for who is no member, CONFLICT
 * for the last owner, whose conversation would be nobody's.
 */
export const changeRole =
  (ports: Pick<MembershipPorts, 'members' | 'clock'>) =>
  (principal: Principal, conversationId: string, userId: string, { role }: ChangeRole): Promise<PublicMember> =>
    untilDecided({ clock: ports.clock, operation }, async () => {
      const request = { principal, right: 'changeRoles', operation } as const;
      const { head, known } = await placeOf(ports, request, conversationId, [userId]);
      refuseClosed(head, operation);
      const [member] = known;
      if (!member) return refuse('NOT_FOUND', operation, 'the user is not a member of the conversation');
      if (member.role === role) return publicMember(member);
      refuseLastOwner(head, member, operation);
      const write = { head, added: [], removed: [], updated: [{ member, role }], atMs: ports.clock.now() };
      const { outcome } = await ports.members.changeMembers(write);
      return outcome === 'outdated' ? outcome : publicMember({ ...member, role });
    });

/** A conversation that has an owner is not left without one; a closed one needs none. */
export function refuseLastOwner({ ownerCount, closedAtMs }: Head, { role }: Member, operation: string): void {
  if (role !== 'owner' || ownerCount > 1 || closedAtMs !== undefined) return;
  refuse('CONFLICT', operation, 'the conversation has no other owner');
}
