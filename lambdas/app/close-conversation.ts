import type { Principal } from '../domain/principal.ts';
import { admit } from './admit.ts';
import type { HeadStore, SurroundingsStore } from './membership-ports.ts';
import type { Clock, ConversationStore } from './ports.ts';
import { detailsOf } from './show-views.ts';
import { untilDecided } from './until-decided.ts';

export interface ClosePorts {
  conversations: Pick<ConversationStore, 'viewsOf'>;
  surroundings: SurroundingsStore;
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
      const details = await detailsOf(ports, head);
      const { outcome } = await ports.heads.close({
        head: { ...head, closedAtMs: ports.clock.now() },
        changed: { atMs: ports.clock.now(), ...(details && { details }) },
      });
      return outcome === 'outdated' ? outcome : undefined;
    });
