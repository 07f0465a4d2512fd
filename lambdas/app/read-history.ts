import type { HistoryQuery, MessagePage } from '../../contract/message.ts';
import { refuse } from '../domain/chat-error.ts';
import type { Head } from '../domain/conversation.ts';
import { type Message, publicMessage } from '../domain/message.ts';
import { settledSeqOf, settleMs } from '../domain/settled-seq.ts';
import type { Clock, ConversationStore, HistoryRange, MessageStore } from './ports.ts';

export interface HistoryPorts {
  conversations: ConversationStore;
  messages: MessageStore;
  clock: Clock;
}

export interface HistoryRequest extends HistoryQuery {
  conversationId: string;
  userId: string;
}

/**
 * One page of a conversation's log, ascending: one batch read for the caller's right and the head, one query for the page; where
 * the page is not the tail of a conversation active this minute, one more for what is settled. FORBIDDEN to anyone but a member.
 */
export const readHistory =
  (ports: HistoryPorts) =>
  async (request: HistoryRequest): Promise<MessagePage> => {
    // The head first: messages read after it can only be more than it knows, never fewer.
    const [view] = await ports.conversations.viewsOf(request.userId, [request.conversationId]);
    if (!view?.member) refuse('FORBIDDEN', 'read the messages', 'the caller is not a member of the conversation');
    const page = await pageOf(ports.messages, request, view.head.lastSeq);
    return {
      messages: page.messages.map((message) => publicMessage(message)),
      lastSeq: view.head.lastSeq,
      settledSeq: await settledSeq(ports, view.head, page),
      hasMoreBefore: page.hasMoreBefore,
      hasMoreAfter: page.hasMoreAfter,
    };
  };

interface Page {
  messages: Message[];
  hasMoreBefore: boolean;
  hasMoreAfter: boolean;
}

/** Each side is read with one message more than it shows, to know whether there is one. */
async function pageOf(messages: MessageStore, request: HistoryRequest, lastSeq: number): Promise<Page> {
  const { conversationId, limit, before, after, around } = request;
  const side = async (count: number, range: HistoryRange): Promise<Side> => {
    const found = await messages.page({ conversationId, limit: count + 1, ...range });
    return { messages: found.slice(0, count), hasMore: found.length > count };
  };
  if (after !== undefined) {
    return between({ messages: [], hasMore: after > 0 && lastSeq > 0 }, await side(limit, { after }));
  }
  if (around === undefined) {
    return between(await side(limit, { before }), { messages: [], hasMore: before !== undefined && before <= lastSeq });
  }
  const older = Math.floor(limit / 2);
  return between(...(await Promise.all([side(older, { before: around }), side(limit - older, { after: around - 1 })])));
}

/** What lies on one side of a position, nearest first. */
interface Side {
  messages: Message[];
  hasMore: boolean;
}

const between = (below: Side, above: Side): Page => ({
  messages: [...below.messages.toReversed(), ...above.messages],
  hasMoreBefore: below.hasMore,
  hasMoreAfter: above.hasMore,
});

/** Most calls need no further read: nothing was sent for half a minute, or the page is the tail itself. */
async function settledSeq({ messages, clock }: HistoryPorts, head: Head, page: Page): Promise<number> {
  const nowMs = clock.now();
  const tail = page.hasMoreAfter ? [] : page.messages.toReversed();
  let isComplete = !page.hasMoreAfter && !page.hasMoreBefore;
  const isSettled = (atMs: number) => nowMs - atMs >= settleMs;
  for (let reads = 0; reads < tailReads && !isComplete && !isSettled(head.lastActivityAtMs); reads += 1) {
    const oldest = tail.at(-1);
    if (oldest && isSettled(oldest.createdAtMs)) break;
    const more = await messages.page({ conversationId: head.conversationId, limit: tailPage, before: oldest?.seq });
    tail.push(...more);
    isComplete = more.length < tailPage;
  }
  return settledSeqOf({ ...head, messages: tail, isComplete }, nowMs);
}

/** How far back a very busy conversation is read to find what is settled; beyond it a safe lower bound is answered. */
const tailReads = 4;
const tailPage = 250;
