import type { ConversationSummary } from '../../contract/conversation.ts';
import type { Message as PublicMessage } from '../../contract/message.ts';
import type { ConversationChanges } from '../../contract/sync.ts';
import { isOld, settledFrom } from '../domain/high-water-mark.ts';
import { receiptOf } from '../domain/receipt.ts';
import { hasLanded, settledRevOf } from '../domain/settled-rev.ts';
import type { Changes } from './read-changes.ts';

/** What one answer has room for. */
export interface Room {
  bytes: number;
  /** Receipts that take more than this are left out: members × their ids, which no paging could divide. */
  receiptBytes: number;
}

/** Changes as their reader sees them. */
export interface SeenChanges extends Changes {
  /** Every message that is to be shown, by seq. */
  seen: Map<number, PublicMessage>;
  conversation?: ConversationSummary;
}

export interface Packed {
  entry: ConversationChanges;
  /** True when there was not enough room for what was read. */
  isCut: boolean;
}

export const bytesOf = (value: unknown): number => new TextEncoder().encode(JSON.stringify(value)).length;

/**
 * As much of it as there is room for, with the cursor that leads on from there. What was changed goes before what is new, so that
 * a client that goes on has one of the two behind it.
 */
export function packChanges(changes: SeenChanges, { bytes, receiptBytes }: Room, nowMs: number): Packed {
  const { head, seen, conversation } = changes;
  const receipts = changes.members.map(receiptOf);
  const entry: ConversationChanges = {
    conversationId: head.conversationId,
    settledSeq: head.lastSeq,
    lastSeq: head.lastSeq,
    rev: head.lastRev,
    messages: [],
    changed: [],
    receipts: bytesOf(receipts) > receiptBytes ? [] : receipts,
    hasMore: false,
    ...(conversation && { conversation }),
  };
  const room = roomOf(bytes - bytesOf(entry), seen);
  const marks = takeMarks(changes, room);
  const messages = takeMessages(changes, room);
  return {
    entry: {
      ...entry,
      settledSeq: settledSeq(changes, messages, nowMs),
      rev: settledRev(changes, marks, nowMs),
      messages: shown(
        messages.map(({ seq }) => seq),
        seen,
      ),
      changed: shown(changedSeqs(changes, marks), seen),
      hasMore: !isAllMarks(changes, marks.length) || !isAllMessages(changes, messages.length),
    },
    isCut: marks.length < changes.marks.length || messages.length < changes.messages.length,
  };
}

/** Takes messages while there is room for them; the same one again takes none. */
function roomOf(bytes: number, seen: SeenChanges['seen']) {
  const taken = new Set<number>();
  let left = bytes;
  return (seq: number): boolean => {
    const message = seen.get(seq);
    if (!message || taken.has(seq)) return true;
    const needed = bytesOf(message) + 1;
    if (needed > left) return false;
    left -= needed;
    taken.add(seq);
    return true;
  };
}

type Take = ReturnType<typeof roomOf>;

/** What a client has already and may be shown again. */
const isOlder = ({ cursor }: Changes, seq: number | undefined): seq is number => seq !== undefined && seq <= cursor.seq;

function takeMarks(changes: Changes, take: Take) {
  const end = changes.marks.findIndex(({ seq }) => isOlder(changes, seq) && !take(seq));
  return end < 0 ? changes.marks : changes.marks.slice(0, end);
}

function takeMessages({ messages }: Changes, take: Take) {
  const end = messages.findIndex(({ seq }) => !take(seq));
  return end < 0 ? messages : messages.slice(0, end);
}

const changedSeqs = (changes: Changes, marks: Changes['marks']): number[] => [
  ...new Set(marks.flatMap(({ seq }) => (isOlder(changes, seq) ? [seq] : []))),
];

const shown = (seqs: number[], seen: SeenChanges['seen']): PublicMessage[] =>
  seqs.flatMap((seq) => seen.get(seq) ?? []).toSorted((one, other) => one.seq - other.seq);

const isAllMarks = ({ marks, hasMoreMarks, cursor }: Changes, taken: number) =>
  taken === marks.length && (!hasMoreMarks || cursor.seq === 0);
const isAllMessages = ({ messages, hasMoreMessages }: Changes, taken: number) =>
  taken === messages.length && !hasMoreMessages;

/** Where the page ends before the conversation does, its last message stands for the end: what is beyond comes with the next. */
function settledSeq(changes: Changes, messages: Changes['messages'], nowMs: number): number {
  const { head, cursor } = changes;
  const written = messages.map(({ seq, createdAtMs }) => ({ number: seq, atMs: createdAtMs })).toReversed();
  const end = isAllMessages(changes, messages.length)
    ? { number: head.lastSeq, atMs: head.lastActivityAtMs }
    : written[0];
  if (!end) return cursor.seq;
  return settledFrom(cursor.seq, { last: end.number, lastAtMs: end.atMs, written }, nowMs);
}

function settledRev(changes: Changes, marks: Changes['marks'], nowMs: number): number {
  const { head, cursor, at } = changes;
  const landed = marks.filter((mark) => isOld(mark.atMs, nowMs) || hasLanded(mark, messageOf(mark, at)));
  if (cursor.seq === 0) return Math.max(cursor.rev, newestSettled(changes, landed, nowMs));
  const last = marks.at(-1);
  const isAll = isAllMarks(changes, marks.length);
  const end = isAll ? { rev: head.lastRev, atMs: head.lastRevAtMs ?? 0 } : last;
  if (!end) return cursor.rev;
  const written = landed.map(({ rev, atMs }) => ({ number: rev, atMs })).toReversed();
  return settledFrom(cursor.rev, { last: end.rev, lastAtMs: end.atMs, written }, nowMs);
}

/** From marks that were read from the end. */
const newestSettled = ({ head, hasMoreMarks }: Changes, landed: Changes['marks'], nowMs: number): number =>
  settledRevOf(
    { ...head, revisions: landed.map((mark) => ({ ...mark, hasLanded: true })), isComplete: !hasMoreMarks },
    nowMs,
  );

const messageOf = ({ seq }: { seq?: number }, at: Changes['at']) => (seq === undefined ? undefined : at.get(seq));
