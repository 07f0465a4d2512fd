import type { SurroundingsStore } from '../app/membership-ports.ts';
import { attendanceFrom, detailsFrom, profileFrom } from './items.ts';
import * as keys from './keys.ts';
import type { Item, Table } from './table.ts';

export const surroundingsStore = (table: Table): SurroundingsStore => ({
  async surroundingsOf(conversationIds, userIds) {
    const items = await table.batchGet([
      ...conversationIds.map(keys.detailsKey),
      ...userIds.flatMap((userId) => [keys.profileKey(userId), keys.connectionsKey(userId)]),
    ]);
    const details = items.filter(({ entity }) => entity === 'details');
    const ofUsers = Map.groupBy(
      items.filter(({ entity }) => entity !== 'details'),
      keys.userOf,
    );
    return {
      details: new Map(details.map((item) => [keys.conversationOf(item), detailsFrom(item)])),
      people: new Map(userIds.map((userId) => [userId, personFrom(userId, ofUsers.get(userId) ?? [])])),
    };
  },
});

function personFrom(userId: string, items: Item[]) {
  const profile = items.find(({ entity }) => entity === 'profile');
  const attendance = attendanceFrom(items.find(({ entity }) => entity === 'connections'));
  return { userId, ...(profile && { profile: profileFrom(profile) }), attendance };
}
