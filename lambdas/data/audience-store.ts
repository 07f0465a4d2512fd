import { limits } from '../../contract/limits.ts';
import type { AudienceStore } from '../app/presence-ports.ts';
import { watchersFrom } from './items.ts';
import * as keys from './keys.ts';
import type { Item, Table } from './table.ts';

/** Whom a user has blocked comes first, and there are at most as many as may be; of those who have blocked the user, the first. */
const blocksRead = 2 * limits.blocks;

export const audienceStore = (table: Table): AudienceStore => ({
  async placesOf(userId) {
    const { items } = await table.query({
      index: 'GSI1',
      keyCondition: 'GSI1PK = :user AND begins_with(GSI1SK, :conversations)',
      values: { ':user': keys.userPK(userId), ':conversations': keys.activityPrefix },
      isDescending: true,
      limit: limits.presenceConversations,
    });
    return items.map(placeFrom);
  },

  async estrangedFrom(userId) {
    const { items } = await table.query({
      keyCondition: 'PK = :user AND begins_with(SK, :either)',
      values: { ':user': keys.userPK(userId), ':either': keys.eitherBlockPrefix },
      projection: 'PK, SK',
      limit: blocksRead,
    });
    return new Set(items.map(keys.blockedOf));
  },

  async watchersOf(conversationIds) {
    const items = await table.batchGet(conversationIds.map(keys.watchersKey), { isConsistent: false });
    return items.flatMap(watchersFrom);
  },

  async ownAmong(userId, conversationIds) {
    const members = conversationIds.map((conversationId) => keys.memberKey(conversationId, userId));
    const items = await table.batchGet(members, { isConsistent: false });
    return new Set(items.map(keys.conversationOf));
  },
});

function placeFrom(item: Item) {
  const otherUserId = keys.otherOfActivity(item);
  return { conversationId: keys.conversationOfActivity(item), ...(otherUserId !== undefined && { otherUserId }) };
}
