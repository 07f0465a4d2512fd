import type { Principal } from '../domain/principal.ts';
import { admit } from './admit.ts';
import type { ConversationStore } from './ports.ts';
import { type Shown, type ShowPorts, showOne } from './show-views.ts';

export interface ShowOnePorts extends ShowPorts {
  conversations: Pick<ConversationStore, 'viewsOf'>;
}

const operation = 'show the conversation';

/** One conversation: one batch read of head and membership, one of what stands around them. */
export const showConversation =
  (ports: ShowOnePorts) =>
  async (principal: Principal, conversationId: string): Promise<Shown> => {
    const [view = {}] = await ports.conversations.viewsOf(principal.userId, [conversationId]);
    return showOne(ports, admit(view, { principal, right: 'read', operation }));
  };
