import { limits } from '../../contract/limits.ts';
import type { ScheduledStore } from '../app/schedule-ports.ts';
import { placeIn } from '../domain/file.ts';
import { type ScheduledMessage, sentAs } from '../domain/scheduled-message.ts';
import { assigning } from './assigning.ts';
import { cursorOf, sortKeyOf } from './cursor.ts';
import { givenTo, letGo } from './file-store.ts';
import { scheduledFrom, scheduledItem } from './items.ts';
import * as keys from './keys.ts';
import type { Table, Update } from './table.ts';

export const scheduledStore = (table: Table): ScheduledStore => ({
  async find(place) {
    const item = await table.get(keys.scheduledKey(place));
    return item && scheduledFrom(item);
  },

  async pageOf(place, { limit, cursor }) {
    const PK = keys.conversationPK(place.conversationId);
    const prefix = keys.scheduledPrefix(place.senderId);
    const { items, nextKey } = await table.query({
      keyCondition: 'PK = :conversation AND begins_with(SK, :own)',
      values: { ':conversation': PK, ':own': prefix },
      limit,
      startKey: cursor === undefined ? undefined : { PK, SK: sortKeyOf(cursor, prefix) },
    });
    return { scheduled: items.map(scheduledFrom), ...(nextKey && { nextCursor: cursorOf(String(nextKey.SK)) }) };
  },

  async add(scheduled, held) {
    const outcome = await table.transact([
      { put: scheduledItem(scheduled), condition: 'attribute_not_exists(PK)' },
      {
        key: keys.openSchedulesKey(scheduled),
        update: 'SET entity = :entity ADD openCount :one',
        condition: 'attribute_not_exists(openCount) OR openCount < :most',
        values: { ':entity': 'open schedules', ':one': 1, ':most': limits.scheduledMessages },
      },
      ...held.map((file) => givenTo(sentAs(scheduled), file)),
    ]);
    if (outcome.isDone) return 'added';
    if (outcome.failed === 0) return 'wasThere';
    return outcome.failed === 1 ? 'tooMany' : 'filesGone';
  },

  async replace(scheduled, { held, dropped, atMs }) {
    // A transaction even of one: the SDK's second try of a write that was applied must not look like somebody else's.
    const { isDone } = await table.transact([
      replacing(scheduled),
      ...held.map((file) => givenTo(sentAs(scheduled), file)),
      ...dropped.map((place) => letGo(sentAs(scheduled), place, atMs)),
    ]);
    return isDone ? scheduled : undefined;
  },

  async claim({ schedule, ...place }, nowMs) {
    const outcome = await table.update({
      key: keys.scheduledKey(place),
      update: 'SET sendingSinceMs = if_not_exists(sendingSinceMs, :now) ADD #version :one',
      condition: '#schedule = :schedule AND #status = :open',
      names: { '#version': 'version', '#schedule': 'schedule', '#status': 'status' },
      values: { ':now': nowMs, ':one': 1, ':schedule': schedule, ':open': 'scheduled' },
    });
    return outcome.isDone ? scheduledFrom(outcome.item) : undefined;
  },

  async end(scheduled, atMs) {
    const hasFailed = scheduled.status === 'failed';
    const { isDone } = await table.transact([
      replacing(scheduled, hasFailed ? { emit: 'scheduled.failed', changed: { atMs } } : undefined),
      { key: keys.openSchedulesKey(scheduled), update: 'ADD openCount :minusOne', values: { ':minusOne': -1 } },
    ]);
    // Not in the transaction: another run may be sending a message that this one says has failed, and its files are that message's.
    if (isDone && scheduled.status !== 'sent') await Promise.all(lettingGo(scheduled, atMs).map(table.update));
    return isDone;
  },
});

const lettingGo = (scheduled: ScheduledMessage, atMs: number): Update[] =>
  (scheduled.attachments ?? [])
    .flatMap(({ attachmentId }) => placeIn(attachmentId) ?? [])
    .map((place) => letGo(sentAs(scheduled), place, atMs));

/** Only in place of the version right before it. */
function replacing(scheduled: ScheduledMessage, announcement?: Parameters<typeof scheduledItem>[1]): Update {
  const { PK, SK, ...attributes } = scheduledItem(scheduled, announcement);
  const { update, names, values } = assigning(attributes);
  return {
    key: keys.scheduledKey(scheduled),
    update,
    condition: '#version = :seen',
    names,
    values: { ...values, ':seen': scheduled.version - 1 },
  };
}
