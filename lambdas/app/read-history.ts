import type { HistoryQuery, MessagePage } from '../../contract/message.ts';
import type { Head } from '../domain/conversation.ts';
import type { Message } from '../domain/message.ts';
import { settledSeqOf, settleMs } from '../domain/settled-seq.ts';
import type { Clock, HistoryRange, MessageStore } from './ports.ts';
import { type Caller, type ReaderPorts, readerOf, seenBy } from './readers.ts';

export interface HistoryPorts extends ReaderPorts {
  messages: Pick<MessageStore, 'page'>;
  clock: Pick<Clock, 'now'>;
}

export interface HistoryRequest extends HistoryQuery {
  conversationId: string;
}

/**
 * One page of a conversation's log, ascending, as the caller sees it: one query for the head and the members, one for the page; a
 * batch read where somebody has reacted to what it shows; and where the page is not the tail of a conversation active this minute,
 * one more query for what is settled. FORBIDDEN to anyone but a member.
 */
export const readHistory =
  (ports: HistoryPorts) =>
  async (caller: Caller, request: HistoryRequest): Promise<MessagePage> => {
    // The head first: messages read after it can only be more than it knows, never fewer.
    const reader = await readerOf(ports, caller, request.conversationId, 'read the messages');
    const { head } = reader;
    const page = await pageOf(ports.messages, request, head.lastSeq);
    return {
      messages: await seenBy(ports, reader, page.messages),
      lastSeq: head.lastSeq,
      settledSeq: await settledSeq(ports, head, page),
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
export async function pageOf(
  messages: HistoryPorts['messages'],
  request: HistoryRequest,
  lastSeq: number,
): Promise<Page> {
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
