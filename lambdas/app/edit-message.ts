import type { Attachment, GivenAttachment } from '../../contract/attachment.ts';
import type { EditMessage } from '../../contract/message.ts';
import { refuse, refuseFields } from '../domain/chat-error.ts';
import { contentOf, isSaid, type Message } from '../domain/message.ts';
import { type Access, type Changer, demandOpen, demandUndeleted } from './message-access.ts';
import { type RewritePorts, rewriteMessage } from './rewrite-message.ts';
import { tooLong } from './too-long.ts';

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
  const { attachments, ...said } = edit;
  const kept = attachments && { attachments: keptOf(message, attachments) };
  const next = { ...message, ...contentOf({ ...said, ...kept }), editedAtMs: atMs, editedBy: changer.userId };
  if (!isSaid(next)) refuseFields(operation, [{ path: 'attachments', message: 'nothing would be left to say' }]);
  const errors = tooLong(contentOf(next));
  return errors.length > 0 ? refuseFields(operation, errors) : next;
}

/** An edit leaves files out, puts them in another order, and knows more of the media; it brings none that the message had not. */
function keptOf({ attachments: carried = [] }: Message, given: GivenAttachment[]): Attachment[] {
  const found = given.map((facts) => {
    const file = carried.find(({ attachmentId }) => attachmentId === facts.attachmentId);
    return file && { ...file, ...facts };
  });
  const errors = found.flatMap((file, position) =>
    file ? [] : [{ path: `attachments[${position}]`, message: 'must be an attachment of the message' }],
  );
  return errors.length > 0 ? refuseFields(operation, errors) : found.flatMap((file) => file ?? []);
}
