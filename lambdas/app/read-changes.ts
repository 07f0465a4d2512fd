import { limits } from '../../contract/limits.ts';
import type { SyncCursor } from '../../contract/sync.ts';
import type { Head, Member } from '../domain/conversation.ts';
import { isOld } from '../domain/high-water-mark.ts';
import type { Message, RevisionMark } from '../domain/message.ts';
import { weakestOf } from '../domain/receipt.ts';
import type { Clock, MessageStore } from './ports.ts';
import type { ChangeFeed } from './reader-ports.ts';
import type { Caller, Reader, ReaderPorts } from './readers.ts';
import type { ReplyStore } from './revision-ports.ts';
import { sharesReceipts } from './shares-receipts.ts';

export interface ChangesPorts extends ReaderPorts {
  messages: Pick<MessageStore, 'page'>;
  replies: Pick<ReplyStore, 'messagesAt'>;
  feed: Pick<ChangeFeed, 'marks'>;
  clock: Pick<Clock, 'now'>;
}

/** What is new in one conversation to somebody who has it up to a cursor, as far as one answer could hold it. */
export interface Changes {
  cursor: SyncCursor;
  head: Head;
  member: Member;
  reader: Reader;
  /** Empty where they are not told. */
  members: Member[];
  /** After the cursor, ascending. */
  messages: Message[];
  hasMoreMessages: boolean;
  /** After the cursor, ascending; the newest, descending, for somebody who has no message yet that they could have changed. */
  marks: RevisionMark[];
  hasMoreMarks: boolean;
  /** Every message that is new or marked, by seq. */
  at: Map<number, Message>;
}

const marksAtOnce = 100;

/** Up to three queries at once, and a batch read of what was changed: each only where there is something of the kind. */
export async function readChanges(
  ports: ChangesPorts,
  caller: Caller,
  { head, member, cursor, most }: { head: Head; member: Member; cursor: SyncCursor; most: number },
): Promise<Changes> {
  const { conversationId } = head;
  const [found, { marks, hasMore }, members] = await Promise.all([
    head.lastSeq > cursor.seq ? ports.messages.page({ conversationId, after: cursor.seq, limit: most + 1 }) : [],
    marksFor(ports, head, cursor),
    membersOf(ports, head),
  ]);
  const messages = found.slice(0, most);
  const weakest = weakestOf(members, caller.userId);
  return {
    ...{ cursor, head, member, members, messages, marks },
    reader: { operation: 'sync', caller, head, member, ...(weakest && { weakest }) },
    hasMoreMessages: found.length > most,
    hasMoreMarks: hasMore,
    at: await messagesAt(ports, conversationId, messages, marks),
  };
}

/** Whoever has no message yet has none that a revision could have changed: only how far revisions are settled matters then. */
async function marksFor({ feed, clock }: ChangesPorts, head: Head, { seq, rev }: SyncCursor) {
  const { conversationId } = head;
  const isSettled = isOld(head.lastRevAtMs ?? 0, clock.now());
  if (head.lastRev <= rev || (seq === 0 && isSettled)) return { marks: [], hasMore: false };
  return feed.marks({ conversationId, limit: marksAtOnce, ...(seq > 0 && { after: rev }) });
}

async function membersOf({ readers }: ChangesPorts, head: Head): Promise<Member[]> {
  if (!sharesReceipts(head)) return [];
  return (await readers.headAndMembers(head.conversationId, limits.receiptMembers)).members;
}

async function messagesAt(
  { replies }: ChangesPorts,
  conversationId: string,
  messages: Message[],
  marks: RevisionMark[],
): Promise<Map<number, Message>> {
  const at = new Map(messages.map((message) => [message.seq, message]));
  const elsewhere = new Set(marks.flatMap(({ seq }) => (seq === undefined || at.has(seq) ? [] : [seq])));
  const changed = elsewhere.size > 0 ? await replies.messagesAt(conversationId, [...elsewhere]) : [];
  for (const message of changed) at.set(message.seq, message);
  return at;
}
