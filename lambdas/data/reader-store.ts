import type { ReaderStore } from '../app/revision-ports.ts';
import { headAndMembers } from './head-and-members.ts';
import { memberFrom, reactionFrom } from './items.ts';
import * as keys from './keys.ts';
import type { Table } from './table.ts';

export const readerStore = (table: Table): ReaderStore => ({
  headAndMembers: headAndMembers(table),

  async ownParts({ userId, conversationId, given, withMember }) {
    const items = await table.batchGet([
      ...(withMember ? [keys.memberKey(conversationId, userId)] : []),
      ...given.map(({ seq, emoji }) => keys.reactionKey(conversationId, seq, emoji, userId)),
    ]);
    const member = items.find(({ entity }) => entity === 'member');
    return {
      reactions: items.filter(({ entity }) => entity === 'reaction').map(reactionFrom),
      ...(member && { member: memberFrom(member) }),
    };
  },
});
