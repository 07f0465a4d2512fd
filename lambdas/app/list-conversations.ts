import type { ConversationStore, MemberStore, PageRequest, View } from './ports.ts';
import { type Shown, type ShowPorts, showViews } from './show-views.ts';

export interface ListPorts extends ShowPorts {
  members: Pick<MemberStore, 'conversationsOf'>;
  conversations: Pick<ConversationStore, 'viewsOf'>;
}

/**
 * The caller's conversations, newest activity first: one query of the index, one batch read of heads and memberships, one of what
 * stands around them.
 */
export const listConversations =
  (ports: ListPorts) =>
  async (userId: string, page: PageRequest): Promise<{ conversations: Shown[]; nextCursor?: string }> => {
    const { conversationIds, nextCursor } = await ports.members.conversationsOf(userId, page);
    const views = await ports.conversations.viewsOf(userId, conversationIds);
    // The index lags behind: a conversation just left may still be in it.
    const own = views.filter(({ member }) => member).toSorted(byActivity);
    return { conversations: await showViews(ports, own), ...(nextCursor !== undefined && { nextCursor }) };
  };

const byActivity = (one: View, other: View) => other.head.lastActivityAtMs - one.head.lastActivityAtMs;
