import { type Message, tombstoneOf } from '../domain/message.ts';
import { type Access, type Changer, demand } from './message-access.ts';
import type { PinStore } from './revision-ports.ts';
import { type RewritePorts, rewriteMessage } from './rewrite-message.ts';

export interface DeletePorts extends RewritePorts {
  pins: Pick<PinStore, 'unpin'>;
}

/**
 * Takes away what a message says and leaves its place; what it said is kept. Four writes, one more where it was pinned. Deleting
 * again changes nothing. FORBIDDEN to anyone but its sender and those with a right over the messages of others.
 */
export const deleteMessage =
  (ports: DeletePorts) =>
  async (changer: Changer, messageId: string): Promise<Message> => {
    const { before, after } = await rewriteMessage(ports, changer, messageId, {
      operation: 'delete the message',
      emit: 'message.deleted',
      mustBeOpen: false,
      rewrite: tombstone,
    });
    if (before.pinned) await ports.pins.unpin(before.conversationId, before.seq);
    return after;
  };

function tombstone(access: Access, atMs: number): Message | undefined {
  const { message, changer } = access;
  if (message.senderId !== changer.userId) demand(access, 'deleteMessagesOfOthers');
  return message.deletedAtMs === undefined ? tombstoneOf(message, changer.userId, atMs, message.rev) : undefined;
}
