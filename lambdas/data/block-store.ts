import type { BlockStore } from '../app/reader-ports.ts';
import { refuse } from '../domain/chat-error.ts';
import { blockerItem, blockFrom, blockItem } from './items.ts';
import * as keys from './keys.ts';
import { pageByPrefix } from './prefix-page.ts';
import type { Table, TransactionOutcome, TransactionPart, Update } from './table.ts';

export const blockStore = (table: Table): BlockStore => ({
  async blocksOf(userId, page) {
    const place = { PK: keys.userPK(userId), prefix: keys.blockPrefix };
    const { items, ...next } = await pageByPrefix(table, { ...place, ...page });
    return { blocks: items.map(blockFrom), ...next };
  },

  count: (userId) =>
    table.count({
      keyCondition: 'PK = :user AND begins_with(SK, :block)',
      values: { ':user': keys.userPK(userId), ':block': keys.blockPrefix },
    }),

  async isBlocked(userId, otherUserId) {
    const either = await table.batchGet([keys.blockKey(userId, otherUserId), keys.blockKey(otherUserId, userId)]);
    return either.length > 0;
  },

  async block(block, directConversationId) {
    const put = { put: blockItem(block), condition: 'attribute_not_exists(PK)' };
    const outcome = await withMarks(
      table,
      [put, { put: blockerItem(block) }],
      marksOf(block, directConversationId).map(({ key, name }) => ({
        key,
        update: `SET ${name} = :now REMOVE emit, changed`,
        condition: 'attribute_exists(PK)',
        values: { ':now': block.atMs },
      })),
    );
    return outcome.isDone || !outcome.item ? block : blockFrom(outcome.item);
  },

  async unblock({ userId, blockedUserId }, directConversationId) {
    const remove = { remove: keys.blockKey(userId, blockedUserId), condition: 'attribute_exists(PK)' };
    await withMarks(
      table,
      [remove, { remove: keys.blockerKey(blockedUserId, userId) }],
      marksOf({ userId, blockedUserId }, directConversationId).map(({ key, name }) => ({
        key,
        update: `REMOVE ${name}, emit, changed`,
        condition: 'attribute_exists(PK)',
      })),
    );
  },
});

/** Each side's own membership tells of the block, so that neither a send nor a list has to look for it. */
const marksOf = ({ userId, blockedUserId }: { userId: string; blockedUserId: string }, conversationId: string) => [
  { key: keys.memberKey(conversationId, blockedUserId), name: 'blockedAtMs' },
  { key: keys.memberKey(conversationId, userId), name: 'hasBlockedAtMs' },
];

const mostTries = 3;

/**
 * The block together with its marks, or together with the certainty that there is no membership to mark: a conversation that is made
 * meanwhile looks at the block, so that neither can miss the other. Ends too when the block itself is as it should be already.
 */
async function withMarks(table: Table, block: TransactionPart[], marks: Update[]): Promise<TransactionOutcome> {
  const nobodyToMark = marks.map(({ key }) => ({ check: key, condition: 'attribute_not_exists(PK)' }));
  for (let tries = 0; tries < mostTries; tries += 1) {
    for (const others of [marks, nobodyToMark]) {
      const outcome = await table.transact([...block, ...others]);
      if (outcome.isDone || outcome.failed === 0) return outcome;
    }
  }
  return refuse('UNAVAILABLE', 'change the block', 'the conversation is being made just now');
}
