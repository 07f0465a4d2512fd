import type { MemberStore } from './ports.ts';

/** Who came and who went with one version of a membership. */
export interface MembershipStep {
  added: readonly string[];
  removed: readonly string[];
}

export interface MemberLists {
  /** Everybody who is a member at this version of the membership, or at a later one. The same list gives the same array. */
  membersOf(conversationId: string, membershipVersion: number): Promise<readonly string[]>;
  /** A list that is known at the version before is known at this one too, without a read. */
  advance(conversationId: string, membershipVersion: number, step: MembershipStep): void;
}

interface Known {
  version: number;
  members: Promise<readonly string[]>;
  /** In ids; the list is counted once it is there. */
  size: number;
}

/** Ids that a warm function remembers, in all lists together: some 55 MB, where five lists of 100,000 fit as well as 500 of 1,000. */
const idsKept = 500_000;

/** What a list takes beside its ids, in ids. */
const listSize = 10;

/**
 * Member lists, read again only when the version says that they changed: the version counts every join and leave, and a list read
 * at a version is complete for it, so that the cache is exact and not a guess about time.
 */
export function memberLists(members: Pick<MemberStore, 'membersOf'>, most = idsKept): MemberLists {
  const known = new Map<string, Known>();
  let size = 0;

  const forget = (conversationId: string) => {
    size -= known.get(conversationId)?.size ?? 0;
    known.delete(conversationId);
  };

  const remember = (conversationId: string, entry: Known) => {
    forget(conversationId);
    known.set(conversationId, entry);
    size += entry.size;
    for (const oldest of known.keys()) {
      if (size <= most || oldest === conversationId) break;
      forget(oldest);
    }
  };

  const learn = (conversationId: string, version: number, list: Promise<readonly string[]>): Known => {
    const entry = { version, members: list, size: listSize };
    remember(conversationId, entry);
    list.then(
      ({ length }) => {
        if (known.get(conversationId) !== entry) return;
        size -= entry.size;
        entry.size = listSize + length;
        size += entry.size;
      },
      () => {
        // A failed read is nobody's list: the next one tries again.
        if (known.get(conversationId) === entry) forget(conversationId);
      },
    );
    return entry;
  };

  return {
    membersOf(conversationId, membershipVersion) {
      const last = known.get(conversationId);
      if (!last || last.version < membershipVersion)
        return learn(conversationId, membershipVersion, members.membersOf(conversationId)).members;
      remember(conversationId, last);
      return last.members;
    },

    advance(conversationId, membershipVersion, step) {
      const last = known.get(conversationId);
      if (last?.version !== membershipVersion - 1) return;
      learn(
        conversationId,
        membershipVersion,
        last.members.then((list) => after(list, step)),
      );
    },
  };
}

/** A list may be ahead of its version: whom it has already, it does not get twice. */
function after(list: readonly string[], { added, removed }: MembershipStep): string[] {
  const changed = new Set([...added, ...removed]);
  return [...list.filter((userId) => !changed.has(userId)), ...added];
}
