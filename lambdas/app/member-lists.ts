import type { MemberStore } from './ports.ts';

export interface MemberLists {
  /** Everybody who is a member at this version of the membership, or at a later one. */
  membersOf(conversationId: string, membershipVersion: number): Promise<string[]>;
}

interface Known {
  version: number;
  members: Promise<string[]>;
}

/** Member lists of the conversations that this warm function saw last: 500 groups of 1,000 are about 25 MB. */
const conversationsKept = 500;

/**
 * Member lists, read again only when the version says that they changed: the version counts every join and leave, and a list read
 * at a version is complete for it, so that the cache is exact and not a guess about time.
 */
export function memberLists(members: Pick<MemberStore, 'membersOf'>): MemberLists {
  const known = new Map<string, Known>();

  const remember = (conversationId: string, entry: Known) => {
    known.delete(conversationId);
    known.set(conversationId, entry);
    const [oldest] = known.keys();
    if (known.size > conversationsKept && oldest !== undefined) known.delete(oldest);
  };

  const read = (conversationId: string, version: number): Known => {
    const entry = { version, members: members.membersOf(conversationId) };
    entry.members.catch(() => {
      // A failed read is nobody's list: the next one tries again.
      if (known.get(conversationId) === entry) known.delete(conversationId);
    });
    return entry;
  };

  return {
    membersOf(conversationId, membershipVersion) {
      const last = known.get(conversationId);
      const entry = last && last.version >= membershipVersion ? last : read(conversationId, membershipVersion);
      remember(conversationId, entry);
      return entry.members;
    },
  };
}
