import { limits } from '../../contract/limits.ts';
import { refuseFields } from '../domain/chat-error.ts';
import { type Access, accessTo, type Changer, demand, demandOpen, demandUndeleted } from './message-access.ts';
import type { ReactionStore, RevisionStore } from './revision-ports.ts';
import { type ShowPorts, showChange } from './show-change.ts';

export interface ReactPorts extends ShowPorts {
  revisions: Pick<RevisionStore, 'messageView' | 'allocateRev' | 'mark'>;
  reactions: Pick<ReactionStore, 'add' | 'remove' | 'count' | 'showCount'>;
}

/**
 * One user's reaction with one emoji; giving it again changes nothing. Four writes and a count. FORBIDDEN to anyone but a member,
 * CONFLICT where the message is deleted or the conversation closed, VALIDATION_FAILED for one emoji too many.
 */
export const addReaction =
  (ports: ReactPorts) =>
  async (changer: Changer, messageId: string, emoji: string): Promise<void> => {
    const access = await accessTo(ports, changer, messageId, 'react to the message');
    demandReaction(access);
    refuseTooMany(access, emoji);
    const atMs = ports.clock.now();
    const isNew = await ports.reactions.add({ ...access.position, emoji, userId: changer.userId, atMs });
    await announce(ports, access, { emit: 'reaction.added', emoji, isNew });
  };

/** Takes one's reaction back, at the same cost; taking back what is not there changes nothing. */
export const removeReaction =
  (ports: ReactPorts) =>
  async (changer: Changer, messageId: string, emoji: string): Promise<void> => {
    const access = await accessTo(ports, changer, messageId, 'take the reaction back');
    demandReaction(access);
    const isNew = await ports.reactions.remove({ ...access.position, emoji, userId: changer.userId });
    await announce(ports, access, { emit: 'reaction.removed', emoji, isNew });
  };

function demandReaction(access: Access): void {
  demand(access, 'react');
  demandOpen(access);
  demandUndeleted(access);
}

function refuseTooMany({ operation, message }: Access, emoji: string): void {
  const others = Object.entries(message.reactions ?? {}).filter(([given, { count }]) => given !== emoji && count > 0);
  if (others.length < limits.emojiPerMessage) return;
  refuseFields(operation, [{ path: 'emoji', message: `must be one of the ${limits.emojiPerMessage} already given` }]);
}

interface Reacted {
  emit: 'reaction.added' | 'reaction.removed';
  emoji: string;
  /** False where it was so already: then an earlier try may have died before it showed that. */
  isNew: boolean;
}

async function announce(ports: ReactPorts, access: Access, { emit, emoji, isNew }: Reacted): Promise<void> {
  const { position, message, changer } = access;
  const shown = message.reactions?.[emoji]?.count ?? 0;
  if (!isNew && (await ports.reactions.count(position, emoji)) === shown) return;
  await showChange(ports, access, async (change) => {
    const count = await ports.reactions.count(position, emoji);
    return ports.reactions.showCount({ emit, position, changed: { ...change, userId: changer.userId, emoji, count } });
  });
}
