import type { ReactionStore } from '../app/revision-ports.ts';
import type { ReactionChange } from '../domain/change.ts';
import type { Position } from '../domain/ids.ts';
import { assigning } from './assigning.ts';
import { messageFrom, reactionFrom, reactionItem } from './items.ts';
import * as keys from './keys.ts';
import { pageByPrefix } from './prefix-page.ts';
import { isOwn, notOvertaken, refusedShowing } from './revision-store.ts';
import type { Table, Update } from './table.ts';

export const reactionStore = (table: Table): ReactionStore => ({
  async add(reaction) {
    const outcome = await table.putNew(reactionItem(reaction));
    // What the SDK's second try met is this very reaction, whoever wrote it: counting once more does no harm.
    return outcome.isDone || outcome.mayBeOwn;
  },

  async remove({ conversationId, seq, emoji, userId }) {
    const outcome = await table.removeExisting(keys.reactionKey(conversationId, seq, emoji, userId));
    return outcome.isDone || outcome.mayBeOwn;
  },

  count: ({ conversationId, seq }, emoji) =>
    table.count({
      keyCondition: 'PK = :conversation AND begins_with(SK, :reactions)',
      values: { ':conversation': keys.conversationPK(conversationId), ':reactions': keys.reactionPrefix(seq, emoji) },
    }),

  async showCount({ emit, position, changed }) {
    const outcome = await table.update(countUpdate(position, emit, changed));
    if (outcome.isDone || isOwn(outcome, changed.rev)) return 'shown';
    const message = outcome.item && messageFrom(outcome.item);
    if (!message || message.deletedAtMs !== undefined) return 'deleted';
    const shown = message.reactions?.[changed.emoji];
    if (!shown || shown.rev < changed.rev) return 'overtaken';
    const announced = await table.update({
      ...assigning({ emit, changed }),
      key: keys.messageKey(position.conversationId, position.seq),
      condition: 'attribute_exists(PK) AND attribute_not_exists(deletedAtMs)',
    });
    return announced.isDone ? 'shown' : refusedShowing(announced.item);
  },

  async reactionsTo({ conversationId, seq }, page) {
    const place = { PK: keys.conversationPK(conversationId), prefix: keys.reactionPrefix(seq) };
    const { items, ...next } = await pageByPrefix(table, { ...place, ...page });
    return { reactions: items.map(reactionFrom), ...next };
  },
});

/** An emoji that nobody gives any more goes, so that the message does not grow with what was tried on it. */
function countUpdate({ conversationId, seq }: Position, emit: string, changed: ReactionChange): Update {
  const { emoji, count, rev } = changed;
  const given = count > 0;
  return {
    key: keys.messageKey(conversationId, seq),
    update: `SET #rev = :rev, emit = :emit, changed = :changed${given ? ', reactions.#emoji = :count' : ' REMOVE reactions.#emoji'}`,
    condition: notOvertaken,
    names: { '#rev': 'rev', '#emoji': emoji },
    values: { ':rev': rev, ':emit': emit, ':changed': changed, ...(given && { ':count': { count, rev } }) },
  };
}
