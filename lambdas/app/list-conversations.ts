import type { ConversationPage } from '../../contract/conversation.ts';
import { summaryFor } from '../domain/conversation.ts';
import type { ConversationStore, MemberStore, PageRequest, View } from './ports.ts';

export interface ListPorts {
  members: MemberStore;
  conversations: ConversationStore;
}

/** The caller's conversations, newest activity first: one query of the index, then batch reads of heads, memberships and details. */
export const listConversations =
  ({ members, conversations }: ListPorts) =>
  async (userId: string, page: PageRequest): Promise<ConversationPage> => {
    const { conversationIds, nextCursor } = await members.conversationsOf(userId, page);
    const views = await conversations.withDetails(await conversations.viewsOf(userId, conversationIds));
    return {
      conversations: views.toSorted(byActivity).flatMap(({ member, ...view }) =>
        // The index lags behind: a conversation just left may still be in it.
        member ? [summaryFor({ ...view, member })] : [],
      ),
      ...(nextCursor !== undefined && { nextCursor }),
    };
  };

const byActivity = (one: View, other: View) => other.head.lastActivityAtMs - one.head.lastActivityAtMs;
