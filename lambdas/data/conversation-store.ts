import type { ConversationStore, NewConversation, SeqAllocation, SeqRequest, View } from '../app/ports.ts';
import { type Head, otherOf } from '../domain/conversation.ts';
import { slowModeWaitMs } from '../domain/send-lease.ts';
import { detailsItem, headFrom, headItem, memberFrom, memberItem } from './items.ts';
import * as keys from './keys.ts';
import { type Item, itemsPerTransaction, type Table, type TransactionPart, type WriteOutcome } from './table.ts';

export const conversationStore = (table: Table): ConversationStore => ({
  async allocateSeq(request) {
    const { conversationId, mayPostAnywhere, preview } = request;
    const slowness = mayPostAnywhere ? undefined : slownessOf(request);
    const outcome = await table.update({
      key: keys.headKey(conversationId),
      // The right side of SET is what was there before, so that the head tells whether this activity is the first of its hour.
      update:
        'ADD lastSeq :one ' +
        'SET lastMessage = :preview, previousActivityAtMs = lastActivityAtMs, lastActivityAtMs = :now ' +
        'REMOVE emit, changed',
      condition: [
        'attribute_exists(PK) AND attribute_not_exists(closedAtMs)',
        ...(mayPostAnywhere ? [] : ['attribute_not_exists(posting)']),
        ...(slowness ? [slowness.condition] : []),
      ].join(' AND '),
      values: { ':one': 1, ':preview': preview, ':now': preview.atMs, ...slowness?.values },
    });
    return outcome.isDone
      ? { outcome: 'allocated', head: headFrom(outcome.item) }
      : refusedAllocation(request, outcome);
  },

  async create(conversation) {
    const [first = [], ...rest] = writesOf(conversation);
    // The head comes last: until it is there, nobody is told of the conversation and nobody can find it.
    for (const items of rest) await table.batchPut(items);
    const outcome = await table.transact([...first.map(newItem), ...checksOf(conversation.head)]);
    if (outcome.isDone) return 'created';
    return outcome.failed === 0 ? 'wasThere' : 'blocked';
  },

  async viewsOf(userId, conversationIds) {
    const wanted = conversationIds.flatMap((id) => [keys.headKey(id), keys.memberKey(id, userId)]);
    const byConversation = Map.groupBy(await table.batchGet(wanted), keys.conversationOf);
    return conversationIds.flatMap((id) => viewOf(byConversation.get(id) ?? []) ?? []);
  },
});

/** Who has sent nothing yet need not wait. */
const slownessOf = ({ previousSendMs, preview }: SeqRequest) =>
  previousSendMs === undefined
    ? undefined
    : {
        condition: '(attribute_not_exists(slowModeSeconds) OR slowModeSeconds <= :since)',
        values: { ':since': (preview.atMs - previousSendMs) / 1_000 },
      };

function refusedAllocation(
  { mayPostAnywhere, previousSendMs = 0, preview }: SeqRequest,
  { item }: WriteOutcome & { isDone: false },
): SeqAllocation {
  if (!item) return { outcome: 'missing' };
  const { closedAtMs, posting, slowModeSeconds = 0 } = headFrom(item);
  if (closedAtMs !== undefined) return { outcome: 'closed' };
  if (posting && !mayPostAnywhere) return { outcome: 'notAllowed' };
  return { outcome: 'tooSoon', retryAfterMs: slowModeWaitMs(slowModeSeconds, previousSendMs, preview.atMs) };
}

/** Only the head's place must be free: what members there are without a head are left from a try that died. */
const newItem = (put: Item, position: number): TransactionPart =>
  position === 0 ? { put, condition: 'attribute_not_exists(PK)' } : { put };

/** In the transaction itself, so that no block can come between the look and the making. */
function checksOf({ pair }: Head): TransactionPart[] {
  if (!pair) return [];
  const [one, other] = pair;
  const blocks = [keys.blockKey(one, other), keys.blockKey(other, one)];
  return blocks.map((check) => ({ check, condition: 'attribute_not_exists(PK)' }));
}

/** The first group is written at once, the head first of all; members beyond what one transaction holds go before it. */
function writesOf({ head, members, details }: NewConversation): Item[][] {
  const headAndDetails = [
    headItem(head, { emit: 'conversation.created', changed: { atMs: head.createdAtMs, ...(details && { details }) } }),
    ...(details ? [detailsItem(head.conversationId, details)] : []),
  ];
  const { pair, lastActivityAtMs } = head;
  const memberItems = members.map((member) =>
    memberItem(member, lastActivityAtMs, pair && otherOf(pair, member.userId)),
  );
  const room = itemsPerTransaction - headAndDetails.length;
  return [[...headAndDetails, ...memberItems.slice(0, room)], memberItems.slice(room)];
}

function viewOf(items: Item[]): View | undefined {
  const head = items.find(({ entity }) => entity === 'conversation');
  const member = items.find(({ entity }) => entity === 'member');
  return head && { head: headFrom(head), ...(member && { member: memberFrom(member) }) };
}
