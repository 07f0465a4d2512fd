import type { ConversationSummary } from '../../../contract/conversation.ts';
import type { Message } from '../../../contract/message.ts';
import type { ConversationChanges, Sync, SyncAnswer } from '../../../contract/sync.ts';

/** What one device keeps of a conversation. */
export interface Kept {
  cursor: { seq: number; rev: number };
  messages: Map<number, Message>;
  conversation?: ConversationSummary;
}

/** A client that keeps everything by `sync` alone. */
export interface Replica {
  epoch?: string;
  kept: Map<string, Kept>;
}

export const newReplica = (): Replica => ({ kept: new Map() });

type AskSync = (request: Sync) => Promise<SyncAnswer>;

/** Asks until there is no more, and gives all that was told of conversations, in the order in which it came. */
export async function catchUp(replica: Replica, ask: AskSync): Promise<ConversationChanges[]> {
  const told: ConversationChanges[] = [];
  for (let calls = 0; calls < 1_000; calls += 1) {
    const page = await catchUpOnce(replica, ask);
    told.push(...page.conversations);
    if (!page.hasMore) return told;
  }
  throw new Error('the sync does not end');
}

async function catchUpOnce(replica: Replica, ask: AskSync) {
  const { epoch } = replica;
  const request = { ...(epoch !== undefined && { epoch }), cursors: cursorsOf(replica) };
  const conversations: ConversationChanges[] = [];
  let cursor: string | undefined;
  do {
    const answer = await ask({ ...request, ...(cursor !== undefined && { cursor }) });
    if ('reset' in answer) throw new Error('the sync starts anew');
    replica.epoch = answer.epoch;
    conversations.push(...answer.conversations);
    for (const id of answer.left) replica.kept.delete(id);
    cursor = answer.nextCursor;
  } while (cursor !== undefined);
  for (const changes of conversations) keep(replica, changes);
  return { conversations, hasMore: conversations.some(({ hasMore }) => hasMore) };
}

const cursorsOf = ({ kept }: Replica) => Object.fromEntries([...kept].map(([id, { cursor }]) => [id, cursor]));

function keep({ kept }: Replica, changes: ConversationChanges): void {
  const { conversationId, settledSeq, rev, messages, changed, conversation } = changes;
  const before = kept.get(conversationId) ?? { cursor: { seq: 0, rev: 0 }, messages: new Map() };
  for (const message of [...changed, ...messages]) before.messages.set(message.seq, message);
  kept.set(conversationId, { ...before, cursor: { seq: settledSeq, rev }, ...(conversation && { conversation }) });
}

/** The log as this device shows it. It counts replies itself: each of them is a message that it got. */
export function logOf({ messages }: Pick<Kept, 'messages'>): Message[] {
  const all = [...messages.values()].toSorted((one, other) => one.seq - other.seq);
  return all.map((message) => ({
    ...message,
    replyCount: all.filter(({ replyTo }) => replyTo === message.id).length,
  }));
}
