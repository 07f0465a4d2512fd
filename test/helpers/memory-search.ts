import type { SearchPorts } from '../../lambdas/app/search-messages.ts';
import type { Message } from '../../lambdas/domain/message.ts';
import { aHead, aMember } from './memory-stores.ts';

export interface MemorySearch {
  /** All that was ever said, by conversation, ascending. */
  logs: Map<string, Message[]>;
  /** What one read gives at most, as a page of a megabyte would. */
  messagesPerRead?: number;
  unitsPerRead?: number;
}

/** A table in which alice is a member of everything; `reads` is how many there were. */
export function memorySearch({ logs, messagesPerRead = Infinity, unitsPerRead = 1 }: MemorySearch) {
  const counted = { reads: 0, mostAtOnce: 0, underWay: 0 };
  const logOf = (conversationId: string) => logs.get(conversationId) ?? [];
  const endOf = (conversationId: string) => {
    const last = logOf(conversationId).at(-1);
    return { conversationId, seq: last?.seq ?? 0, atMs: last?.createdAtMs ?? 0 };
  };
  const ports: SearchPorts = {
    search: {
      endsOf: async (ids) => ids.map(endOf),
      membershipsAmong: async (_, ids) => new Set(ids.filter((id) => logs.has(id))),
      async read(range) {
        counted.reads += 1;
        counted.underWay += 1;
        counted.mostAtOnce = Math.max(counted.mostAtOnce, counted.underWay);
        await Promise.resolve();
        counted.underWay -= 1;
        const all = logOf(range.conversationId).filter(({ seq }) => seq >= range.oldest && seq <= range.newest);
        const messages = all.toReversed().slice(0, messagesPerRead);
        const oldest = messages.length < all.length ? (messages.at(-1)?.seq ?? range.newest) : range.oldest;
        return { stretch: { ...range, oldest, messages }, units: unitsPerRead };
      },
      messagesAt: async (places) =>
        places.flatMap(({ conversationId, seq }) => logOf(conversationId).filter((message) => message.seq === seq)),
    },
    members: {
      conversationsOf: async (_, { limit }) => ({ conversationIds: [...logs.keys()].slice(0, limit), cursors: [] }),
    },
    conversations: {
      viewsOf: async (userId, ids) =>
        ids.map((conversationId) => {
          const { seq: lastSeq, atMs: lastActivityAtMs } = endOf(conversationId);
          return {
            head: aHead({ conversationId, lastSeq, lastActivityAtMs }),
            ...(logs.has(conversationId) && { member: aMember({ conversationId, userId }) }),
          };
        }),
    },
  };
  return { ports, counted };
}
