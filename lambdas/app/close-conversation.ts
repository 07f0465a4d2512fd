import type { Principal } from '../domain/principal.ts';
import { admit } from './admit.ts';
import type { HeadStore } from './membership-ports.ts';
import type { Clock, ConversationStore } from './ports.ts';
import { untilDecided } from './until-decided.ts';

export interface ClosePorts {
  conversations: Pick<ConversationStore, 'viewsOf' | 'withDetails'>;
  heads: Pick<HeadStore, 'close'>;
  clock: Clock;
}

const operation = 'close the conversation';

/**
 * For ever, by its owners, a direct one by a backend alone: its history stays readable, and nothing is added to it. Closing it
 * again is done already. Read, and one transaction.
 */
export const closeConversation =
  (ports: ClosePorts) =>
  (principal: Principal, conversationId: string): Promise<void> =>
    untilDecided({ clock: ports.clock, operation }, async () => {
      const [view] = await ports.conversations.viewsOf(principal.userId, [conversationId]);
      const { head } = admit(view ?? {}, { principal, right: 'close', operation });
      if (head.closedAtMs !== undefined) return;
      const [described] = await ports.conversations.withDetails([{ head }]);
      const { outcome } = await ports.heads.close({
        head: { ...head, closedAtMs: ports.clock.now() },
        changed: { atMs: ports.clock.now(), ...(described?.details && { details: described.details }) },
      });
      return outcome === 'outdated' ? outcome : undefined;
    });
