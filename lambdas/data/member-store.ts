import type { Claim, MemberStore, PageRequest, SendAttempt } from '../app/ports.ts';
import { boundedMap } from '../domain/bounded-map.ts';
import { sendsToForget } from '../domain/send-lease.ts';
import { cursorOf, sortKeyOf } from './cursor.ts';
import { forgetSends, namesOf, pathsOf } from './forget-sends.ts';
import { memberFrom } from './items.ts';
import * as keys from './keys.ts';
import type { Item, Table, WriteOutcome } from './table.ts';

/** Members whose memory of recent sends this function saw full, and what their next claim is to forget on its way. */
const membersKept = 10_000;

/** As long as no more than these wait to be forgotten, the item is below 2 KB. */
const mostForgettable = 32;

export function memberStore(table: Table): MemberStore {
  const toForget = boundedMap<string[]>(membersKept);

  return {
    async claimSend(attempt) {
      const place = `${attempt.conversationId}/${attempt.userId}`;
      const outcome = await claim(table, attempt, toForget.take(place));
      if (!outcome.isDone) return refusedClaim(attempt, outcome);
      const member = memberFrom(outcome.item);
      const forgettable = sendsToForget(member.recentSends);
      // Each of so many functions saw the memory full and none of them twice: it is trimmed at a write of its own.
      if (forgettable.length > mostForgettable) await forgetSends(table, memberKeyOf(attempt), forgettable);
      else if (forgettable.length > 0) toForget.set(place, forgettable);
      return { outcome: 'claimed', member };
    },

    async takeOverSend(attempt, deadLease) {
      const outcome = await table.update({
        key: memberKeyOf(attempt),
        update: 'SET recentSends.#key = :lease REMOVE emit, changed',
        condition:
          'recentSends.#key = :dead AND attribute_not_exists(bannedAtMs) AND attribute_not_exists(blockedAtMs)',
        names: { '#key': attempt.key },
        values: { ':lease': attempt.lease, ':dead': deadLease },
      });
      return outcome.isDone || (outcome.mayBeOwn && leaseIn(outcome.item, attempt.key) === attempt.lease);
    },

    async releaseSend(attempt) {
      await table.update({
        key: memberKeyOf(attempt),
        update: 'REMOVE recentSends.#key, emit, changed ADD ownSinceRead :minusOne',
        condition: 'recentSends.#key = :lease',
        names: { '#key': attempt.key },
        values: { ':lease': attempt.lease, ':minusOne': -1 },
      });
    },

    async membersOf(conversationId) {
      const members: string[] = [];
      let startKey: Item | undefined;
      do {
        const page = await table.query({
          keyCondition: 'PK = :conversation AND begins_with(SK, :member)',
          values: { ':conversation': keys.conversationPK(conversationId), ':member': keys.memberPrefix },
          projection: 'PK, SK',
          startKey,
        });
        members.push(...page.items.map(keys.memberOf));
        startKey = page.nextKey;
      } while (startKey);
      return members;
    },

    conversationsOf: (userId, page) => conversationsOf(table, userId, page),
  };
}

const memberKeyOf = ({ conversationId, userId }: SendAttempt) => keys.memberKey(conversationId, userId);

/** Forgetting old sends rides on the claim of a later one, so that it costs no write of its own. */
const claim = (table: Table, attempt: SendAttempt, forget: string[] = []): Promise<WriteOutcome> =>
  table.update({
    key: memberKeyOf(attempt),
    update: `SET recentSends.#key = :lease ADD ownSinceRead :one REMOVE ${['emit', 'changed', ...pathsOf(forget)].join(', ')}`,
    condition: [
      'attribute_exists(PK)',
      'attribute_not_exists(bannedAtMs)',
      'attribute_not_exists(blockedAtMs)',
      'attribute_not_exists(recentSends.#key)',
    ].join(' AND '),
    names: { '#key': attempt.key, ...namesOf(forget) },
    values: { ':lease': attempt.lease, ':one': 1 },
  });

function refusedClaim(attempt: SendAttempt, outcome: WriteOutcome & { isDone: false }): Claim {
  if (!outcome.item) return { outcome: 'notMember' };
  const member = memberFrom(outcome.item);
  const lease = leaseIn(outcome.item, attempt.key);
  if (lease === undefined) return { outcome: member.bannedAtMs === undefined ? 'blocked' : 'banned' };
  // The SDK's first try was applied and its answer lost: what the second met is our own claim.
  if (outcome.mayBeOwn && lease === attempt.lease) return { outcome: 'claimed', member };
  return { outcome: 'repeated', member, lease };
}

const leaseIn = (item: Item | undefined, key: string) => item && memberFrom(item).recentSends[key];

async function conversationsOf(table: Table, userId: string, { limit, cursor }: PageRequest) {
  const { items, nextKey } = await table.query({
    index: 'GSI1',
    keyCondition: 'GSI1PK = :user AND begins_with(GSI1SK, :conversations)',
    values: { ':user': keys.userPK(userId), ':conversations': keys.activityPrefix },
    isDescending: true,
    limit,
    startKey: cursor === undefined ? undefined : keys.activityStartKey(userId, sortKeyOf(cursor, keys.activityPrefix)),
  });
  return {
    conversationIds: items.map(keys.conversationOfActivity),
    cursors: items.map(({ GSI1SK }) => cursorOf(String(GSI1SK))),
    ...(nextKey && { nextCursor: cursorOf(String(nextKey.GSI1SK)) }),
  };
}
