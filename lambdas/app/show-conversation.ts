import type { ConversationSummary } from '../../contract/conversation.ts';
import { refuse } from '../domain/chat-error.ts';
import { summaryFor } from '../domain/conversation.ts';
import type { ConversationStore } from './ports.ts';

/** One conversation; FORBIDDEN to anyone but a member, whether it exists or not. */
export const showConversation =
  ({ conversations }: { conversations: ConversationStore }) =>
  async (userId: string, conversationId: string): Promise<ConversationSummary> => {
    const [view] = await conversations.withDetails(await conversations.viewsOf(userId, [conversationId]));
    if (!view?.member) refuse('FORBIDDEN', 'show the conversation', 'the caller is not a member of it');
    return summaryFor({ ...view, member: view.member });
  };
