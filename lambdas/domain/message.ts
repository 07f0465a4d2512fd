import type { Message as PublicMessage } from '../../contract/message.ts';
import { messageIdOf } from './ids.ts';

/** A message as the table keeps it. */
export interface Message {
  conversationId: string;
  seq: number;
  senderId: string;
  clientMessageId?: string;
  type: PublicMessage['type'];
  text?: string;
  metadata?: Record<string, unknown>;
  createdAtMs: number;
  rev: number;
  /** Which member list this message is for: what the head said when it gave the seq out. */
  membershipVersion: number;
  /** The connection that sent it, which has the reply and needs no event. */
  via?: string;
}

/** What a list shows of the last message. Its seq is the head's `lastSeq`. */
export interface Preview {
  senderId: string;
  type: PublicMessage['type'];
  text?: string;
  atMs: number;
}

const previewBytes = 160;

/** Short enough for the head to stay one write unit whatever the script. */
export const previewOf = (
  { senderId, type, text }: Pick<Message, 'senderId' | 'type' | 'text'>,
  atMs: number,
): Preview => ({
  senderId,
  type,
  ...(text !== undefined && { text: firstBytes(text, previewBytes) }),
  atMs,
});

/** The longest beginning of whole characters (as people count them) within so many bytes of UTF-8. */
export function firstBytes(text: string, most: number): string {
  const encoder = new TextEncoder();
  // No beginning longer than `most` code units fits, so that a long text is not segmented to its end.
  const candidate = text.slice(0, most);
  if (encoder.encode(text.slice(0, most + 1)).length <= most) return text;
  let end = 0;
  let bytes = 0;
  for (const { segment, index } of new Intl.Segmenter().segment(candidate)) {
    bytes += encoder.encode(segment).length;
    if (bytes > most) break;
    end = index + segment.length;
  }
  return `${text.slice(0, end)}…`;
}

export const publicMessage = (message: Message): PublicMessage => ({
  id: messageIdOf(message.conversationId, message.seq),
  conversationId: message.conversationId,
  seq: message.seq,
  ...(message.clientMessageId !== undefined && { clientMessageId: message.clientMessageId }),
  senderId: message.senderId,
  type: message.type,
  ...(message.text !== undefined && { text: message.text }),
  ...(message.metadata !== undefined && { metadata: message.metadata }),
  status: 'sent',
  createdAt: new Date(message.createdAtMs).toISOString(),
  rev: message.rev,
});
