import { limits } from '../../contract/limits.ts';
import type { ConversationChanges, Sync, SyncAnswer, SyncCursor, Synced } from '../../contract/sync.ts';
import type { Head, Member } from '../domain/conversation.ts';
import { bytesOf, packChanges, type Room, type SeenChanges } from './pack-changes.ts';
import type { ConversationStore, IndexPage, MemberStore, View } from './ports.ts';
import { type Changes, type ChangesPorts, readChanges } from './read-changes.ts';
import type { ChangeFeed, ReceiptStore } from './reader-ports.ts';
import { type Caller, seenBy } from './readers.ts';
import { sharesReceipts } from './shares-receipts.ts';
import { type ShowPorts, showViews } from './show-views.ts';

export interface SyncPorts extends ChangesPorts, ShowPorts {
  members: Pick<MemberStore, 'conversationsOf'>;
  conversations: Pick<ConversationStore, 'viewsOf'>;
  feed: ChangeFeed;
  receipts: Pick<ReceiptStore, 'markDelivered'>;
}

/** How much one answer may be. */
export interface SyncRoom extends Room {
  /** Messages of one conversation. */
  messages: number;
  /** Conversations that are read at a time: what is read and then has no room was read for nothing. */
  atOnce: number;
}

export const responseRoom: SyncRoom = { bytes: 1024 * 1024, receiptBytes: 1024 * 1024, messages: 100, atOnce: 10 };

/** A reply is one frame: the largest message, a few receipts and what is around them fit. */
export const frameRoom: SyncRoom = {
  bytes: limits.frameBytes - 1_536,
  receiptBytes: 3_000,
  messages: 40,
  atOnce: 3,
};

const conversationsPerPage = 50;

/**
 * What a client has missed: one query of the user's conversations and one batch read of heads and memberships; for each in which
 * something happened, queries of what is new, of what was changed and of the members, and a batch read of what was changed; and a
 * write that marks as delivered what is handed out. Nothing is handed out twice as long as the client keeps its cursors, and nothing
 * is left out that is settled.
 */
export const sync =
  (ports: SyncPorts, room: SyncRoom) =>
  async (caller: Caller, request: Sync): Promise<SyncAnswer> => {
    const epoch = await ports.feed.epoch();
    if (request.epoch !== undefined && request.epoch !== epoch) return { reset: true, epoch };
    const cursors = new Map(request.epoch === undefined ? [] : Object.entries(request.cursors));
    return { epoch, ...(await syncPage(ports, room, caller, cursors, request.cursor)) };
  };

type Cursors = Map<string, SyncCursor>;

async function syncPage(
  ports: SyncPorts,
  room: SyncRoom,
  caller: Caller,
  cursors: Cursors,
  cursor: string | undefined,
): Promise<Omit<Synced, 'epoch'>> {
  const page = await ports.members.conversationsOf(caller.userId, { limit: conversationsPerPage, cursor });
  const views = await ports.conversations.viewsOf(caller.userId, page.conversationIds);
  const stale = views.flatMap((view) => staleIn(view, cursors.get(view.head.conversationId)));
  const { handed, isAll } = await packAll(ports, room, caller, stale);
  const conversations = await Promise.all(handed.map((one) => deliver(ports, one)));
  if (!isAll) return { conversations, left: [], ...after(page, conversations.at(-1)?.conversationId) };
  if (page.nextCursor !== undefined) return { conversations, left: [], nextCursor: page.nextCursor };

  const listed = cursor === undefined ? page.conversationIds : await allOf(ports, caller.userId);
  const left = await leftBy(ports, caller.userId, listed, [...cursors.keys()]);
  const hasRoom = conversations.length === 0 || bytesOf({ conversations, left }) <= room.bytes;
  return hasRoom ? { conversations, left } : { conversations, left: [], ...after(page, page.conversationIds.at(-1)) };
}

/** The next page starts after this conversation. */
function after({ conversationIds, cursors }: IndexPage, conversationId = ''): { nextCursor?: string } {
  const nextCursor = cursors[conversationIds.indexOf(conversationId)];
  return nextCursor === undefined ? {} : { nextCursor };
}

interface Stale {
  head: Head;
  member: Member;
  cursor: SyncCursor;
  isShown: boolean;
}

const nothing: SyncCursor = { seq: 0, rev: 0 };

/** Nothing for a conversation in which nothing happened; the index lags behind, so that it may name one just left. */
function staleIn({ head, member }: View, known: SyncCursor | undefined): Stale[] {
  if (!member) return [];
  const cursor = known ?? nothing;
  const isShown = !known || Math.max(head.changedRev, member.changedRev) > cursor.rev;
  if (!isShown && head.lastSeq === cursor.seq && head.lastRev === cursor.rev) return [];
  return [{ head, member, cursor, isShown }];
}

interface Handed {
  changes: Changes;
  entry: ConversationChanges;
}

/** In order, until one has no room any more; the first always has. */
async function packAll(
  ports: SyncPorts,
  room: SyncRoom,
  caller: Caller,
  stale: Stale[],
): Promise<{ handed: Handed[]; isAll: boolean }> {
  const handed: Handed[] = [];
  let bytes = room.bytes;
  for (let start = 0; start < stale.length; start += room.atOnce) {
    const some = await readAll(ports, room, caller, stale.slice(start, start + room.atOnce));
    for (const changes of some) {
      const { entry, isCut } = packChanges(changes, { ...room, bytes }, ports.clock.now());
      const needed = bytesOf(entry) + 1;
      if (handed.length > 0 && (isCut || needed > bytes)) return { handed, isAll: false };
      if (!saysSomething(entry, changes.cursor)) continue;
      handed.push({ changes, entry });
      bytes -= needed;
    }
  }
  return { handed, isAll: true };
}

async function readAll(ports: SyncPorts, room: SyncRoom, caller: Caller, stale: Stale[]): Promise<SeenChanges[]> {
  const shown = stale.filter(({ isShown }) => isShown);
  const [summaries, changes] = await Promise.all([
    showViews(ports, shown),
    Promise.all(stale.map((one) => readChanges(ports, caller, { ...one, most: room.messages }))),
  ]);
  const byId = new Map(summaries.flatMap((summary) => ('role' in summary ? [[summary.id, summary] as const] : [])));
  return Promise.all(
    changes.map(async (one) => {
      const messages = [...one.at.values()];
      const seen = await seenBy(ports, one.reader, messages);
      const conversation = byId.get(one.head.conversationId);
      return {
        ...one,
        seen: new Map(seen.map((message) => [message.seq, message])),
        ...(conversation && { conversation }),
      };
    }),
  );
}

/** Something may be under way that nobody can see yet. */
const saysSomething = (entry: ConversationChanges, cursor: SyncCursor): boolean =>
  entry.settledSeq !== cursor.seq ||
  entry.rev !== cursor.rev ||
  entry.messages.length > 0 ||
  entry.changed.length > 0 ||
  entry.conversation !== undefined;

/** What is handed out counts as delivered. */
async function deliver({ receipts, clock }: SyncPorts, { changes, entry }: Handed): Promise<ConversationChanges> {
  const { head, member } = changes;
  const seq = entry.messages.at(-1)?.seq ?? 0;
  if (seq <= member.lastDeliveredSeq) return entry;
  const { membershipVersion } = head;
  const changed = sharesReceipts(head) ? { atMs: clock.now(), seq, membershipVersion } : undefined;
  await receipts.markDelivered(member, seq, { isConfirmed: true, changed });
  const { conversation } = entry;
  return {
    ...entry,
    receipts: entry.receipts.map((receipt) =>
      receipt.userId === member.userId ? { ...receipt, lastDeliveredSeq: seq } : receipt,
    ),
    ...(conversation && { conversation: { ...conversation, lastDeliveredSeq: seq } }),
  };
}

/** Those of the client's conversations that the user is no longer in; the index lags behind, so that memberships decide. */
async function leftBy({ conversations }: SyncPorts, userId: string, listed: string[], known: string[]) {
  const isListed = new Set(listed);
  const missing = known.filter((conversationId) => !isListed.has(conversationId));
  const views = missing.length > 0 ? await conversations.viewsOf(userId, missing) : [];
  const stillIn = new Set(views.filter(({ member }) => member).map(({ head }) => head.conversationId));
  return missing.filter((conversationId) => !stillIn.has(conversationId));
}

const indexPage = 1_000;

async function allOf({ members }: SyncPorts, userId: string): Promise<string[]> {
  const all: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await members.conversationsOf(userId, { limit: indexPage, cursor });
    all.push(...page.conversationIds);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return all;
}
