import { limits } from '../../contract/limits.ts';
import type { EditMessage } from '../../contract/message.ts';
import { refuse, refuseFields } from '../domain/chat-error.ts';
import { contentOf, isSaid, jsonBytesOf, type Message } from '../domain/message.ts';
import { type Access, type Changer, demandOpen, demandUndeleted } from './message-access.ts';
import { type RewritePorts, rewriteMessage } from './rewrite-message.ts';

const operation = 'edit the message';

/**
 * The sender says it otherwise: what is given takes the place of what was said. Four writes. FORBIDDEN to anyone but the sender
 * while they are a member, CONFLICT where the message is deleted or the conversation closed.
 */
export const editMessage =
  (ports: RewritePorts) =>
  async (changer: Changer, messageId: string, edit: EditMessage): Promise<Message> => {
    const { after } = await rewriteMessage(ports, changer, messageId, {
      operation,
      emit: 'message.updated',
      mustBeOpen: true,
      rewrite: (access, atMs) => edited(access, edit, atMs),
    });
    return after;
  };

function edited(access: Access, edit: EditMessage, atMs: number): Message {
  const { message, changer } = access;
  if (message.senderId !== changer.userId) refuse('FORBIDDEN', operation, 'the caller did not send it');
  demandOpen(access);
  demandUndeleted(access);
  const next = { ...message, ...contentOf(edit), editedAtMs: atMs, editedBy: changer.userId };
  if (!isSaid(next)) refuseFields(operation, [{ path: 'attachments', message: 'nothing would be left to say' }]);
  if (jsonBytesOf(contentOf(next)) > limits.messageBytes) {
    refuseFields(operation, [{ path: '', message: `must be at most ${limits.messageBytes} bytes as JSON` }]);
  }
  return next;
}
