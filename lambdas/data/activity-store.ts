import type { MembershipStore } from '../app/membership-ports.ts';
import { isDirect } from '../domain/ids.ts';
import * as keys from './keys.ts';
import type { Table } from './table.ts';

/** As many as a function's connections to DynamoDB carry at once. */
const writesAtOnce = 25;

export const activityStore = (table: Table): Pick<MembershipStore, 'moveUp'> => ({
  async moveUp(conversationId, userIds, activityMs) {
    const left = userIds.values();
    const otherOf = (userId: string) =>
      isDirect(conversationId) ? userIds.find((each) => each !== userId) : undefined;
    const worker = async () => {
      for (const userId of left) {
        await table.update({
          key: keys.memberKey(conversationId, userId),
          update: 'SET GSI1SK = :place REMOVE emit, changed',
          // Fails for who has left meanwhile, and where a later activity was faster.
          condition: 'GSI1SK < :place',
          values: { ':place': keys.activityKey(userId, conversationId, activityMs, otherOf(userId)).GSI1SK },
        });
      }
    };
    await Promise.all(Array.from({ length: writesAtOnce }, worker));
  },
});
