import type { Notice, PushStore } from '../app/push-ports.ts';
import { unreadCountOf } from '../domain/conversation.ts';
import { systemRandomness } from '../runtime/randomness.ts';
import { headFrom, memberFrom, messageFrom, profileFrom } from './items.ts';
import * as keys from './keys.ts';
import type { Item, Table } from './table.ts';

/** Conversations whose unread messages a badge counts: their number bounds what a push costs. */
const countedConversations = 20;

/**
 * What a push depends on, read without consistency at half the price: a check comes seconds after its message. What must be exact,
 * that nobody is pushed to twice or of what they have read, the condition of the claim sees to.
 */
export const pushStore = (table: Table): PushStore => ({
  async headAndThose(conversationId, userIds) {
    const wanted = [keys.headKey(conversationId), ...userIds.map((userId) => keys.memberKey(conversationId, userId))];
    const items = await table.batchGet(wanted, { isConsistent: false });
    const head = items.find(isHead);
    const members = items.filter((item) => !isHead(item)).map(memberFrom);
    return {
      ...(head && { head: headFrom(head) }),
      members: new Map(members.map((member) => [member.userId, member])),
    };
  },

  async authorsOf(conversationId, seqs) {
    const wanted = seqs.map((seq) => keys.messageKey(conversationId, seq));
    const messages = (await table.batchGet(wanted, { isConsistent: false })).map(messageFrom);
    return new Map(messages.map(({ seq, senderId }) => [seq, senderId]));
  },

  async blockedAmong(pairs) {
    const wanted = pairs.flatMap(({ userId, senderId }) => [
      keys.blockKey(userId, senderId),
      keys.blockKey(senderId, userId),
    ]);
    const items = await table.batchGet(uniqueBy(wanted, keyName), { isConsistent: false });
    const found = new Set(items.map(keyName));
    const isFound = (one: string, other: string) => found.has(keyName(keys.blockKey(one, other)));
    return pairs.filter(({ userId, senderId }) => isFound(userId, senderId) || isFound(senderId, userId));
  },

  async namesOf(userIds) {
    const items = await table.batchGet(userIds.map(keys.profileKey), { isConsistent: false });
    return new Map(items.map((item) => [keys.userOf(item), profileFrom(item).displayName]));
  },

  async unreadOf(userId, nowMs) {
    const { items } = await table.query({
      index: 'GSI1',
      keyCondition: 'GSI1PK = :user AND begins_with(GSI1SK, :conversations)',
      values: { ':user': keys.userPK(userId), ':conversations': keys.activityPrefix },
      isDescending: true,
      limit: countedConversations,
    });
    const ids = items.map(keys.conversationOfActivity);
    const wanted = ids.flatMap((id) => [keys.headKey(id), keys.memberKey(id, userId)]);
    const byConversation = Map.groupBy(await table.batchGet(wanted, { isConsistent: false }), keys.conversationOf);
    return ids.reduce((total, id) => total + unreadIn(byConversation.get(id) ?? [], nowMs), 0);
  },

  async claim({ conversationId, userId, seq }) {
    const by = systemRandomness.id();
    const outcome = await table.update({
      key: keys.memberKey(conversationId, userId),
      update: 'SET notifiedSeq = :seq, notifiedBy = :by REMOVE deferredPush, emit, changed',
      condition:
        'attribute_exists(PK) AND lastReadSeq < :seq AND (attribute_not_exists(notifiedSeq) OR notifiedSeq < :seq)',
      values: { ':seq': seq, ':by': by },
    });
    // The first try of the SDK was done, and its answer lost: what stands in the way is then our own, which the seq does not say.
    return outcome.isDone || outcome.item?.notifiedBy === by;
  },

  async defer({ bySeq, ...notice }, untilMs, nowMs) {
    const { isDone, item } = await table.update({
      key: memberKeyOf(notice),
      update: 'SET deferredPush = :deferred REMOVE emit, changed',
      condition:
        'attribute_exists(PK) AND (attribute_not_exists(deferredPush) OR deferredPush.untilMs <= :now OR deferredPush.bySeq = :by)',
      values: { ':deferred': { untilMs, bySeq, seq: notice.seq }, ':now': nowMs, ':by': bySeq },
    });
    if (!isDone && item) await moveDeferred(table, notice);
    return isDone;
  },
});

const memberKeyOf = ({ conversationId, userId }: Notice) => keys.memberKey(conversationId, userId);

/** What waits is to tell of this message, unless it is to tell of a later one. */
const moveDeferred = (table: Table, notice: Notice) =>
  table.update({
    key: memberKeyOf(notice),
    update: 'SET deferredPush.seq = :seq REMOVE emit, changed',
    condition: 'deferredPush.seq < :seq',
    values: { ':seq': notice.seq },
  });

/** None in what is muted, and none in what the user has left. */
function unreadIn(items: Item[], nowMs: number): number {
  const head = items.find(isHead);
  const own = items.find((item) => !isHead(item));
  if (!head || !own) return 0;
  const member = memberFrom(own);
  return (member.mutedUntilMs ?? 0) > nowMs ? 0 : unreadCountOf(headFrom(head), member);
}

const isHead = ({ entity }: Item) => entity === 'conversation';

const keyName = ({ PK, SK }: { PK?: unknown; SK?: unknown }) => `${PK} ${SK}`;

/** A batch read takes no key twice. */
const uniqueBy = <Element>(elements: Element[], nameOf: (element: Element) => string): Element[] => [
  ...new Map(elements.map((element) => [nameOf(element), element])).values(),
];
