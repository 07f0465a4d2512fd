import { limits } from '../../contract/limits.ts';
import type { PinStore } from '../app/revision-ports.ts';
import { pinsFrom, pinsItem } from './items.ts';
import * as keys from './keys.ts';
import type { Table } from './table.ts';

export const pinStore = (table: Table): PinStore => ({
  async pin(conversationId, { seq, atMs }) {
    const outcome = await table.update({
      key: keys.pinsKey(conversationId),
      update: 'SET pins.#seq = :at',
      condition: 'attribute_exists(PK) AND attribute_not_exists(pins.#seq) AND size(pins) < :most',
      names: { '#seq': String(seq) },
      values: { ':at': atMs, ':most': limits.pins },
    });
    if (outcome.isDone) return 'pinned';
    if (!outcome.item) {
      const first = await table.putNew(pinsItem(conversationId, [{ seq, atMs }]));
      return first.isDone ? 'pinned' : this.pin(conversationId, { seq, atMs });
    }
    const isPinned = pinsFrom(outcome.item).some((pin) => pin.seq === seq);
    if (!isPinned) return 'full';
    return outcome.mayBeOwn ? 'pinned' : 'wasPinned';
  },

  async unpin(conversationId, seq) {
    const outcome = await table.update({
      key: keys.pinsKey(conversationId),
      update: 'REMOVE pins.#seq',
      condition: 'attribute_exists(pins.#seq)',
      names: { '#seq': String(seq) },
    });
    return outcome.isDone || outcome.mayBeOwn;
  },

  async pinsOf(conversationId) {
    const item = await table.get(keys.pinsKey(conversationId));
    return item ? pinsFrom(item) : [];
  },
});
