import { expect } from 'vitest';
import type { ConversationPage } from '../../../contract/conversation.ts';
import type { MemberPage } from '../../../contract/member.ts';
import type { Message, MessagePage, ReplyPage } from '../../../contract/message.ts';
import type { ReceiptList } from '../../../contract/receipt.ts';
import type { SyncAnswer } from '../../../contract/sync.ts';
import { good } from '../whole-chat.ts';
import { catchUp, logOf, type Replica } from './replica.ts';
import { ask, askByFrame, ends, type Life, type Turn } from './turn.ts';
import {
  expectedCounts,
  expectedHead,
  expectedLog,
  expectedReceipts,
  expectedRoles,
  expectedStatuses,
  seenCounts,
  seenHead,
  seenMessage,
} from './views.ts';
import { conversationsOf, moveWatermarks, repliesTo } from './world.ts';

/** What users look at: it must be what the model recounts. */

type Command = (turn: Turn) => Promise<void>;

const one = '/v1/conversations/{conversationId}';
const here = ({ conversation }: Turn) => ({ params: { conversationId: conversation.id } });
const byId = <Thing extends { id: string }>(things: Thing[]) =>
  things.toSorted((some, other) => (some.id < other.id ? -1 : 1));

export const history: Command = async (turn) => {
  const { conversation, member, user, message, other } = turn;
  const limit = 1 + (other % 100);
  const query = { limit: `${limit}`, ...(message && other % 2 === 0 && { after: `${message.seq - 1}` }) };
  const answer = await ask(turn, `GET ${one}/messages`, { ...here(turn), query });
  if (!ends(answer, member ? 'ok' : 'FORBIDDEN')) return;
  const page = good<MessagePage>(answer);
  const from = 'after' in query ? Number(query.after) : Math.max(0, conversation.messages.length - limit);
  expect(page.messages.map(seenMessage)).toEqual(expectedLog(conversation, user).slice(from, from + limit));
  expect(page.messages.map(({ status }) => status)).toEqual(
    expectedStatuses(conversation, user).slice(from, from + limit),
  );
  expect([page.lastSeq, page.settledSeq]).toEqual([conversation.messages.length, conversation.messages.length]);
};

export const list: Command = async (turn) => {
  const { life, user } = turn;
  const answer = await ask(turn, 'GET /v1/conversations', { query: { limit: '100' } });
  const { conversations } = good<ConversationPage>(answer);
  const expected = byId(conversationsOf(life.world, user));
  expect(byId(conversations).map(seenHead)).toEqual(expected.map((each) => expectedHead(each, user)));
  expect(byId(conversations).map(seenCounts)).toEqual(expected.map((each) => expectedCounts(each, user)));
  const times = conversations.map(({ lastActivityAt }) => lastActivityAt);
  expect(times).toEqual(times.toSorted().toReversed());
};

export const members: Command = async (turn) => {
  const { conversation, member } = turn;
  const answer = await ask(turn, `GET ${one}/members`, here(turn));
  if (!ends(answer, member ? 'ok' : 'FORBIDDEN')) return;
  const seen = good<MemberPage>(answer).members.map(({ userId, role }) => [userId, role]);
  expect(Object.fromEntries(seen)).toEqual(expectedRoles(conversation));
};

export const receipts: Command = async (turn) => {
  const { conversation, member } = turn;
  const answer = await ask(turn, `GET ${one}/receipts`, here(turn));
  if (!ends(answer, member ? 'ok' : 'FORBIDDEN')) return;
  const seen = good<ReceiptList>(answer).receipts;
  expect(seen.map((each) => `${each.userId} ${each.lastReadSeq} ${each.lastDeliveredSeq}`).toSorted()).toEqual(
    expectedReceipts(conversation),
  );
};

export const pins: Command = async (turn) => {
  const { conversation, member } = turn;
  const answer = await ask(turn, `GET ${one}/pins`, here(turn));
  if (!ends(answer, member ? 'ok' : 'FORBIDDEN')) return;
  const seen = good<{ messages: Message[] }>(answer).messages.map(({ seq }) => seq);
  const pinned = conversation.messages.filter(({ isPinned }) => isPinned).map(({ seq }) => seq);
  expect(seen.toSorted((some, other) => some - other)).toEqual(pinned);
};

export const thread: Command = async (turn) => {
  const { conversation, member, message } = turn;
  if (!message) return;
  const asked = { params: { messageId: `${conversation.id}.${message.seq}` }, query: { limit: '100' } };
  const answer = await ask(turn, 'GET /v1/messages/{messageId}/replies', asked);
  if (!ends(answer, member ? 'ok' : 'FORBIDDEN')) return;
  const seen = good<ReplyPage>(answer).messages.map(({ seq }) => seq);
  expect(seen).toEqual(repliesTo(conversation, message.seq).map(({ seq }) => seq));
};

export const sync: Command = async (turn) => {
  const { life, user, device, byFrame } = turn;
  const replica = life.replicas.get(user)?.[device];
  if (!replica) throw new Error(`${user} has no such device`);
  const told = await catchUp(replica, async (request) =>
    good<SyncAnswer>(
      byFrame ? await askByFrame(turn, 'sync', request) : await ask(turn, 'POST /v1/sync', { body: request }),
    ),
  );
  for (const { conversationId, messages } of told) {
    const member = life.world.conversations.find(({ id }) => id === conversationId)?.members.get(user);
    const delivered = messages.at(-1)?.seq;
    if (member && delivered !== undefined) moveWatermarks(member, { delivered });
  }
  isUpToDate(life, user, replica);
};

/** A client that was kept by sync has what a fresh one would get. */
function isUpToDate({ world }: Life, user: string, { kept }: Replica): void {
  const expected = conversationsOf(world, user);
  expect([...kept.keys()].toSorted()).toEqual(expected.map(({ id }) => id).toSorted());
  for (const conversation of expected) {
    const own = kept.get(conversation.id);
    expect(own?.conversation && seenHead(own.conversation)).toEqual(expectedHead(conversation, user));
    expect(own && logOf(own).map(seenMessage)).toEqual(expectedLog(conversation, user));
  }
}
