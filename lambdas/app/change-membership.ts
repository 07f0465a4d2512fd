import { refuseFields } from '../domain/chat-error.ts';
import { type Head, type Member, newMember } from '../domain/conversation.ts';
import type { Principal } from '../domain/principal.ts';
import { type Admitted, admit, type Request } from './admit.ts';
import { type MembershipStore, membersPerChange } from './membership-ports.ts';
import type { Clock } from './ports.ts';

export interface MembershipPorts {
  members: MembershipChanger;
  clock: Clock;
  /** Members of a group. A channel has no bound. */
  membersPerGroup: number;
}

type MembershipChanger = Pick<MembershipStore, 'headAndThose' | 'changeMembers'>;

export interface Place extends Admitted {
  /** Those of the users asked for who are members. */
  known: Member[];
}

/** The head, the caller and these users, in one batch read for up to 98. */
export async function placeOf(
  { members }: Pick<MembershipPorts, 'members'>,
  request: Request & { principal: Principal },
  conversationId: string,
  userIds: string[],
): Promise<Place> {
  const callerId = request.principal.userId;
  const { head, members: read } = await members.headAndThose(conversationId, [callerId, ...userIds]);
  const member = read.find(({ userId }) => userId === callerId);
  const admitted = admit({ ...(head && { head }), member }, request);
  const asked = new Set(userIds);
  return { ...admitted, known: read.filter(({ userId }) => asked.has(userId)) };
}

export interface Turnover {
  removed: Member[];
  /** User ids. */
  added: string[];
}

/** Those who were added, or `outdated`: then a part may have been done, which reading again shows. */
export async function changeMembership(
  { members, clock }: Pick<MembershipPorts, 'members' | 'clock'>,
  head: Head,
  { removed, added }: Turnover,
): Promise<Member[] | 'outdated'> {
  const joined: Member[] = [];
  let current = head;
  // Who goes, goes first, so that the conversation is never larger than it may be.
  const steps = [...removed, ...added];
  for (let first = 0; first < steps.length; first += membersPerChange) {
    const some = steps.slice(first, first + membersPerChange);
    const joining = some
      .filter((step) => typeof step === 'string')
      .map((userId) => newMember(current, userId, 'member'));
    const leaving = some.filter((step) => typeof step !== 'string');
    const written = await members.changeMembers({
      head: current,
      added: joining,
      removed: leaving,
      updated: [],
      atMs: clock.now(),
    });
    if (written.outcome === 'outdated') return 'outdated';
    joined.push(...joining);
    current = written.head;
  }
  return joined;
}

/** Over a limit is VALIDATION_FAILED. */
export function refuseTooMany(
  { membersPerGroup }: Pick<MembershipPorts, 'membersPerGroup'>,
  head: Head,
  count: number,
  operation: string,
): void {
  if (head.type === 'channel' || count <= membersPerGroup) return;
  refuseFields(operation, [{ path: 'userIds', message: `must leave a group at most ${membersPerGroup} members` }]);
}

/** Those users, each once, who are not among these members. */
export function without(userIds: string[], members: Member[]): string[] {
  const known = new Set(members.map(({ userId }) => userId));
  return [...new Set(userIds)].filter((userId) => !known.has(userId));
}

export const byUserId = (one: { userId: string }, other: { userId: string }): number =>
  one.userId < other.userId ? -1 : 1;
