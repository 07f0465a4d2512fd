import { type Head, newMember } from '../domain/conversation.ts';
import type { Principal } from '../domain/principal.ts';
import { refuseClosed, refuseStranger } from './admit.ts';
import type { MembershipStore } from './membership-ports.ts';
import type { Clock, View } from './ports.ts';
import { type Shown, type ShowPorts, showOne } from './show-views.ts';
import { untilDecided } from './until-decided.ts';

export interface JoinPorts extends ShowPorts {
  members: Pick<MembershipStore, 'headAndThose' | 'changeMembers'>;
  clock: Clock;
}

const operation = 'join the channel';

/**
 * Makes the caller a member of a public channel; who is one already stays as they are. One batch read and one transaction. What is
 * not public is FORBIDDEN, whether it exists or not; CONFLICT when it is closed.
 */
export const joinChannel =
  (ports: JoinPorts) =>
  async ({ userId }: Principal, conversationId: string): Promise<Shown> =>
    showOne(ports, await untilDecided({ clock: ports.clock, operation }, () => join(ports, userId, conversationId)));

async function join({ members, clock }: JoinPorts, userId: string, conversationId: string): Promise<View | 'outdated'> {
  const { head, members: known } = await members.headAndThose(conversationId, [userId]);
  const [member] = known;
  if (!head) return refuseStranger(operation);
  if (member) return { head, member };
  refuseUnlessPublic(head);
  refuseClosed(head, operation);
  const joining = newMember(head, userId, 'member');
  const write = { head, added: [joining], removed: [], updated: [], atMs: clock.now() };
  const written = await members.changeMembers(write);
  return written.outcome === 'outdated' ? 'outdated' : { head: written.head, member: joining };
}

function refuseUnlessPublic({ visibility }: Head): void {
  if (visibility !== 'public') refuseStranger(operation);
}
