import type { ConversationContext } from '../../contract/conversation.ts';
import { contextConversationId, type Digest } from '../domain/ids.ts';
import { isService, type Principal } from '../domain/principal.ts';
import type { ShowOnePorts } from './show-conversation.ts';
import { type Shown, showViews } from './show-views.ts';

/** The conversation of a business object: none for anybody but its members and a backend, whether it exists or not. */
export const findByContext =
  (ports: ShowOnePorts & { digest: Digest }) =>
  async (principal: Principal, context: ConversationContext): Promise<{ conversations: Shown[] }> => {
    const conversationId = contextConversationId(context, ports.digest);
    const views = await ports.conversations.viewsOf(principal.userId, [conversationId]);
    const visible = views.filter(({ member }) => member || isService(principal));
    return { conversations: await showViews(ports, visible) };
  };
