import type { MemberPage } from '../../contract/member.ts';
import { publicMember } from '../domain/conversation.ts';
import type { Principal } from '../domain/principal.ts';
import { placeOf } from './change-membership.ts';
import type { MembershipStore } from './membership-ports.ts';
import type { PageRequest } from './ports.ts';

const operation = 'list the members';

/** In the order of user ids, to members: one batch read and one query. */
export const listMembers =
  (ports: { members: Pick<MembershipStore, 'headAndThose' | 'changeMembers' | 'memberPage'> }) =>
  async (principal: Principal, conversationId: string, page: PageRequest): Promise<MemberPage> => {
    await placeOf(ports, { principal, right: 'read', operation }, conversationId, []);
    const { members, ...next } = await ports.members.memberPage(conversationId, page);
    return { members: members.map(publicMember), ...next };
  };
