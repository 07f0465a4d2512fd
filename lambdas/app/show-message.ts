import type { Message as PublicMessage, ReplyPage } from '../../contract/message.ts';
import type { ReactionPage } from '../../contract/reaction.ts';
import { refuse } from '../domain/chat-error.ts';
import { positionOf } from '../domain/ids.ts';
import { newestFirst } from '../domain/pin.ts';
import { accessTo } from './message-access.ts';
import type { PageRequest } from './ports.ts';
import { type Caller, type Reader, type ReaderPorts, readerOf, seenBy } from './readers.ts';
import type { PinStore, ReactionStore, ReplyStore, RevisionStore } from './revision-ports.ts';

export interface ShowMessagePorts extends ReaderPorts {
  replies: Pick<ReplyStore, 'repliesTo' | 'messagesAt'>;
}

/** One message as its reader sees it: one query, one batch read, and one more where somebody has reacted to it. */
export const showMessage =
  (ports: ShowMessagePorts) =>
  async (caller: Caller, messageId: string): Promise<PublicMessage> => {
    const { conversationId, seq } = positionOf(messageId, 'show the message');
    const reader = await readerOf(ports, caller, conversationId, 'show the message');
    const [message] = await seenBy(ports, reader, await ports.replies.messagesAt(conversationId, [seq]));
    return message ?? refuse('NOT_FOUND', 'show the message', 'there is no such message');
  };

/** The messages that answer one, ascending; the index that finds them lags behind by moments. */
export const listReplies =
  (ports: ShowMessagePorts) =>
  async (caller: Caller, messageId: string, page: PageRequest): Promise<ReplyPage> => {
    const position = positionOf(messageId, 'list the replies');
    const reader = await readerOf(ports, caller, position.conversationId, 'list the replies');
    const { seqs, nextCursor } = await ports.replies.repliesTo(position, page);
    const found = await ports.replies.messagesAt(position.conversationId, [position.seq, ...seqs]);
    const [parent, ...messages] = await seenBy(ports, reader, found);
    if (parent?.seq !== position.seq) refuse('NOT_FOUND', 'list the replies', 'there is no such message');
    return { messages, ...(nextCursor !== undefined && { nextCursor }) };
  };

/** Who has reacted, by emoji. */
export const listReactions =
  (ports: { revisions: Pick<RevisionStore, 'messageView'>; reactions: Pick<ReactionStore, 'reactionsTo'> }) =>
  async (caller: Caller, messageId: string, page: PageRequest): Promise<ReactionPage> => {
    const { position, message } = await accessTo(ports, caller, messageId, 'list the reactions');
    if (message.deletedAtMs !== undefined) return { reactions: [] };
    const { reactions, nextCursor } = await ports.reactions.reactionsTo(position, page);
    return {
      reactions: reactions.map(({ userId, emoji, atMs }) => ({ userId, emoji, at: new Date(atMs).toISOString() })),
      ...(nextCursor !== undefined && { nextCursor }),
    };
  };

/** The pinned messages, newest pin first: at most fifty, so that they have no pages. */
export const listPins =
  (ports: ShowMessagePorts & { pins: Pick<PinStore, 'pinsOf'> }) =>
  async (caller: Caller, conversationId: string): Promise<PublicMessage[]> => {
    const reader = await readerOf(ports, caller, conversationId, 'list the pins');
    const seqs = newestFirst(await ports.pins.pinsOf(conversationId)).map(({ seq }) => seq);
    const messages = await pinned(ports, reader, seqs);
    return seqs.flatMap((seq) => messages.get(seq) ?? []);
  };

async function pinned(ports: ShowMessagePorts, reader: Reader, seqs: number[]): Promise<Map<number, PublicMessage>> {
  const found = await ports.replies.messagesAt(reader.head.conversationId, seqs);
  // A message deleted while it was being pinned may stand among the pins for a moment.
  const left = found.filter(({ deletedAtMs }) => deletedAtMs === undefined);
  return new Map((await seenBy(ports, reader, left)).map((message) => [message.seq, message]));
}
