import type { GivenAttachment } from '../../contract/attachment.ts';
import { refuseFields } from '../domain/chat-error.ts';
import type { ChatFile } from '../domain/file.ts';
import { type ScheduledMessage, sentAs } from '../domain/scheduled-message.ts';
import type { CarryFiles } from './carry-files.ts';

/**
 * What a scheduled message is going to carry, found as for a send and taken from what the bucket forgets; to be written with it as
 * kept for it alone. What is kept for it already is good for as long as it waits. Nothing is asked of one that carries nothing.
 */
export async function holdFiles(
  carry: CarryFiles,
  message: Pick<ScheduledMessage, 'conversationId' | 'senderId' | 'scheduledId' | 'type' | 'encrypted'>,
  attachments: GivenAttachment[],
  operation: string,
): Promise<ChatFile[]> {
  if (attachments.length === 0) return [];
  const heldFor = sentAs(message);
  const carrying = await carry({ ...message, clientMessageId: heldFor, attachments });
  if ('errors' in carrying) return refuseFields(operation, carrying.errors);
  return carrying.files.map((file) => ({ ...file, heldFor }));
}
