import type { MembershipStore } from '../app/membership-ports.ts';
import { headFrom, memberFrom } from './items.ts';
import * as keys from './keys.ts';
import type { Item, Table } from './table.ts';

/** The head sorts right before the members, so that one query gives both: 1,000 of them are less than the 1 MB of a page. */
export const headAndMembers =
  (table: Table): MembershipStore['headAndMembers'] =>
  async (conversationId, mostMembers) => {
    const { items } = await table.query({
      keyCondition: 'PK = :conversation AND SK BETWEEN :head AND :last',
      values: {
        ':conversation': keys.conversationPK(conversationId),
        ':head': keys.headKey(conversationId).SK,
        ':last': keys.afterAllMembers,
      },
      limit: mostMembers + 1,
    });
    const head = items.find(isHead);
    return { ...(head && { head: headFrom(head) }), members: items.filter((item) => !isHead(item)).map(memberFrom) };
  };

const isHead = ({ entity }: Item) => entity === 'conversation';
