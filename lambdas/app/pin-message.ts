import { limits } from '../../contract/limits.ts';
import { refuseFields } from '../domain/chat-error.ts';
import { type Access, accessTo, type Changer, demand, demandOpen, demandUndeleted } from './message-access.ts';
import type { PinStore, RevisionStore } from './revision-ports.ts';
import { type ShowPorts, showChange } from './show-change.ts';

export interface PinPorts extends ShowPorts {
  revisions: Pick<RevisionStore, 'messageView' | 'allocateRev' | 'mark' | 'showPinned'>;
  pins: PinStore;
}

/**
 * Pins a message for everyone; pinning it again changes nothing. Four writes. For moderators and owners, in a direct conversation
 * for both sides. CONFLICT where the message is deleted or the conversation closed, VALIDATION_FAILED for one pin too many.
 */
export const pinMessage =
  (ports: PinPorts) =>
  async (changer: Changer, messageId: string): Promise<void> => {
    const access = await pinnable(ports, changer, messageId, 'pin the message');
    const { conversationId, seq } = access.position;
    const outcome = await ports.pins.pin(conversationId, { seq, atMs: ports.clock.now() });
    if (outcome === 'full') refuseTooMany(access);
    // Pinned before and not shown so: an earlier try died in between.
    if (outcome === 'wasPinned' && access.message.pinned) return;
    if (!(await show(ports, access))) await ports.pins.unpin(conversationId, seq);
  };

/** The same the other way; unpinning what is not pinned changes nothing. */
export const unpinMessage =
  (ports: PinPorts) =>
  async (changer: Changer, messageId: string): Promise<void> => {
    const access = await pinnable(ports, changer, messageId, 'unpin the message');
    const wasPinned = await ports.pins.unpin(access.position.conversationId, access.position.seq);
    if (wasPinned || access.message.pinned) await show(ports, access);
  };

async function pinnable(ports: PinPorts, changer: Changer, messageId: string, operation: string): Promise<Access> {
  const access = await accessTo(ports, changer, messageId, operation);
  demand(access, 'pin');
  demandOpen(access);
  demandUndeleted(access);
  return access;
}

/** False where the message has been deleted meanwhile. */
const show = ({ pins, ...ports }: PinPorts, access: Access): Promise<boolean> =>
  showChange(ports, access, async ({ rev, ...changed }) => {
    const { position } = access;
    const isPinned = (await pins.pinsOf(position.conversationId)).some(({ seq }) => seq === position.seq);
    return ports.revisions.showPinned({ position, isPinned, rev, changed });
  });

const refuseTooMany = ({ operation }: Access): never =>
  refuseFields(operation, [{ path: 'messageId', message: `must be one of at most ${limits.pins} pinned messages` }]);
