import type { ChangeFeed } from '../app/reader-ports.ts';
import { digest } from '../runtime/randomness.ts';
import { markFrom } from './items.ts';
import * as keys from './keys.ts';
import type { Table } from './table.ts';

/** `identity` is what AWS calls this very table: another one of the same name, restored or made anew, is called otherwise. */
export function changeFeed(table: Table, identity: () => Promise<string>): ChangeFeed {
  let epoch: Promise<string> | undefined;

  return {
    epoch() {
      epoch ??= identity().then(digest);
      // A failed call is nobody's epoch: the next one asks again.
      epoch.catch(() => {
        epoch = undefined;
      });
      return epoch;
    },

    async marks({ conversationId, limit, after, before }) {
      const { items, nextKey } = await table.query({
        keyCondition: 'PK = :conversation AND SK BETWEEN :first AND :last',
        values: {
          ':conversation': keys.conversationPK(conversationId),
          ':first': after === undefined ? keys.markPrefix : keys.markKey(conversationId, after + 1).SK,
          ':last': before === undefined ? keys.afterAllMarks : keys.markKey(conversationId, Math.max(0, before - 1)).SK,
        },
        isDescending: after === undefined,
        limit,
      });
      return { marks: items.map(markFrom), hasMore: nextKey !== undefined };
    },
  };
}
