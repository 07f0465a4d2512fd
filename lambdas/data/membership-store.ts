import type { Role } from '../../contract/member.ts';
import type { HeadOutcome, MembershipStore, MembershipWrite } from '../app/membership-ports.ts';
import type { MembershipChange } from '../domain/change.ts';
import { type Member, publicMember } from '../domain/conversation.ts';
import { assigning } from './assigning.ts';
import { headRevision, revisedHead } from './head-revision.ts';
import { headFrom, memberFrom, memberItem } from './items.ts';
import * as keys from './keys.ts';
import { pageByPrefix } from './prefix-page.ts';
import type { Table, TransactionPart } from './table.ts';

export const membershipStore = (table: Table): Omit<MembershipStore, 'headAndMembers' | 'moveUp'> => ({
  async memberPage(conversationId, page) {
    const place = { PK: keys.conversationPK(conversationId), prefix: keys.memberPrefix };
    const { items, ...next } = await pageByPrefix(table, { ...place, ...page });
    return { members: items.map(memberFrom), ...next };
  },

  async headAndThose(conversationId, userIds) {
    const members = [...new Set(userIds)].map((userId) => keys.memberKey(conversationId, userId));
    const items = await table.batchGet([keys.headKey(conversationId), ...members]);
    const head = items.find(({ entity }) => entity === 'conversation');
    return {
      ...(head && { head: headFrom(head) }),
      members: items.filter(({ entity }) => entity === 'member').map(memberFrom),
    };
  },

  changeMembers: (write) => changeMembers(table, write),

  async changePreferences({ conversationId, userId }, { mutedUntilMs, ...change }) {
    const wish = { ...change, ...(mutedUntilMs !== undefined && { mutedUntilMs: mutedUntilMs ?? undefined }) };
    const outcome = await table.update({
      key: keys.memberKey(conversationId, userId),
      ...assigning({ ...wish, ...nothingToAnnounce }),
      condition: 'attribute_exists(PK)',
    });
    return outcome.isDone ? memberFrom(outcome.item) : undefined;
  },
});

const nothingToAnnounce = { emit: undefined, changed: undefined };

/**
 * The head's condition keeps out every change of the membership since it was read; each member's own, what was read of the member
 * before or after the head was.
 */
async function changeMembers(table: Table, write: MembershipWrite): Promise<HeadOutcome> {
  const { atMs } = write;
  const head = { ...write.head, ...countsAfter(write) };
  const rev = revisedHead(head, atMs).lastRev;
  const { isDone } = await table.transact([
    ...headRevision(head, { emit: 'membership.changed', changed: changeOf(write) }, atMs),
    ...write.removed.map(removal),
    ...write.updated.map(({ member, role }) => roleChange(member, role, rev)),
    ...write.added.map((member) => addition({ ...member, changedRev: rev }, head.lastActivityAtMs)),
  ]);
  return isDone ? { outcome: 'changed', head: revisedHead(head, atMs) } : { outcome: 'outdated' };
}

function countsAfter({ head, added, removed, updated }: MembershipWrite) {
  const ownersIn = (members: { role: string }[]) => members.filter(({ role }) => role === 'owner').length;
  const before = [...removed, ...updated.map(({ member }) => member)];
  return {
    memberCount: head.memberCount + added.length - removed.length,
    ownerCount: head.ownerCount + ownersIn(added) + ownersIn(updated) - ownersIn(before),
    membershipVersion: head.membershipVersion + 1,
  };
}

const changeOf = ({ atMs, added, removed, updated }: MembershipWrite): MembershipChange => ({
  atMs,
  ...(added.length > 0 && { added: added.map(publicMember) }),
  ...(removed.length > 0 && { removed: removed.map(publicMember) }),
  ...(updated.length > 0 && { updated: updated.map(({ member, role }) => publicMember({ ...member, role })) }),
});

const asItWasRead = '#role = :seenRole';

const removal = ({ conversationId, userId, role }: Member): TransactionPart => ({
  remove: keys.memberKey(conversationId, userId),
  condition: asItWasRead,
  names: { '#role': 'role' },
  values: { ':seenRole': role },
});

function roleChange(member: Member, role: Role, changedRev: number): TransactionPart {
  const { update, names, values } = assigning({ role, changedRev, ...nothingToAnnounce });
  return {
    key: keys.memberKey(member.conversationId, member.userId),
    update,
    condition: asItWasRead,
    names,
    values: { ...values, ':seenRole': member.role },
  };
}

const addition = (member: Member, activityMs: number): TransactionPart => ({
  put: memberItem(member, activityMs),
  condition: 'attribute_not_exists(PK)',
});
