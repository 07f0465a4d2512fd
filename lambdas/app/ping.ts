import type { Pong } from '../../contract/live.ts';
import type { Clock, ConversationStore } from './ports.ts';

export interface PingPorts {
  conversations: Pick<ConversationStore, 'viewsOf'>;
  clock: Pick<Clock, 'now'>;
}

/**
 * Where these conversations stand, so that a client that lost the very last event finds out. One batch read, none for none; of what
 * the caller is no member of, nothing is said, whether it exists or not.
 */
export const ping =
  ({ conversations, clock }: PingPorts) =>
  async (userId: string, conversationIds: string[] = []): Promise<Pong> => {
    const views = conversationIds.length > 0 ? await conversations.viewsOf(userId, [...new Set(conversationIds)]) : [];
    const heads = views
      .filter(({ member }) => member)
      .map(({ head }) => [head.conversationId, { seq: head.lastSeq, rev: head.lastRev }] as const);
    return { at: new Date(clock.now()).toISOString(), heads: Object.fromEntries(heads) };
  };
