import type { ConversationType } from '../../contract/conversation.ts';
import type { Role } from '../../contract/member.ts';
import { isService, type Principal } from './principal.ts';

/** Who acts: a member by their role, a trusted backend, or neither. Each may do what those before it may. */
export type Actor = 'stranger' | Role | 'service';

/** The least that one must be; `nobody` where the kind of conversation rules it out: CONFLICT, whoever asks. */
export type Least = Exclude<Actor, 'stranger'> | 'nobody';

const rank: Record<Actor | Least, number> = { stranger: 0, member: 1, moderator: 2, owner: 3, service: 4, nobody: 5 };

const rights = {
  read: { direct: 'member', group: 'member', channel: 'member' },
  post: { direct: 'member', group: 'member', channel: 'member' },
  /** Where `posting` is `moderators`. */
  postAmongModerators: { direct: 'moderator', group: 'moderator', channel: 'moderator' },
  postSystemMessages: { direct: 'service', group: 'service', channel: 'service' },
  react: { direct: 'member', group: 'member', channel: 'member' },
  pin: { direct: 'member', group: 'moderator', channel: 'moderator' },
  deleteMessagesOfOthers: { direct: 'service', group: 'moderator', channel: 'moderator' },
  addMembers: { direct: 'nobody', group: 'moderator', channel: 'moderator' },
  removeMembers: { direct: 'nobody', group: 'moderator', channel: 'moderator' },
  removeModerators: { direct: 'nobody', group: 'owner', channel: 'owner' },
  leave: { direct: 'nobody', group: 'member', channel: 'member' },
  changeRoles: { direct: 'nobody', group: 'owner', channel: 'owner' },
  setMembers: { direct: 'nobody', group: 'service', channel: 'service' },
  update: { direct: 'service', group: 'moderator', channel: 'moderator' },
  close: { direct: 'service', group: 'owner', channel: 'owner' },
} as const satisfies Record<string, Record<ConversationType, Least>>;

/** What can be done to a conversation by right of a role. Own messages and own preferences are their owner's, not a role's. */
export type Right = keyof typeof rights;

export const actorOf = (principal: Pick<Principal, 'scopes'>, member?: { role: Role }): Actor =>
  isService(principal) ? 'service' : (member?.role ?? 'stranger');

export const leastFor = (right: Right, type: ConversationType): Least => rights[right][type];

export const may = (actor: Actor, right: Right, type: ConversationType): boolean =>
  rank[actor] >= rank[leastFor(right, type)];

/** The right that it takes to remove somebody of this role. */
export const rightToRemove = (role: Role): Right => (role === 'member' ? 'removeMembers' : 'removeModerators');
