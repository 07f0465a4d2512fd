import { limits } from '../../contract/limits.ts';
import type { EventContextStore } from '../app/event-ports.ts';
import { headAndMembers } from './head-and-members.ts';
import { headFrom } from './items.ts';
import * as keys from './keys.ts';
import type { Table } from './table.ts';

export const eventContextStore = (table: Table): EventContextStore => ({
  async headsOf(conversationIds) {
    const heads = (await table.batchGet(conversationIds.map(keys.headKey))).map(headFrom);
    return new Map(heads.map((head) => [head.conversationId, head]));
  },

  async firstMembersOf(conversationId) {
    const { members } = await headAndMembers(table)(conversationId, limits.domainEventUsers + 1);
    return members.map(({ userId }) => userId);
  },
});
