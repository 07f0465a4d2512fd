import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cursorOf, sortKeyOf } from '../../../lambdas/data/cursor.ts';
import * as keys from '../../../lambdas/data/keys.ts';

const hostile = fc.oneof(
  fc.string({ minLength: 1, maxLength: 12 }),
  fc.constantFrom('a#MSG#1', '#', '%23', '%2523', '../', '\u0000', 'MEMBER#b', 'a|b', '#️⃣'),
);

describe('keys', () => {
  it('never meet for two different inputs, whatever users call themselves', () => {
    fc.assert(
      fc.property(hostile, hostile, hostile, hostile, (a, b, c, d) => {
        const isSame = a === c && b === d;
        const pairs = [
          [keys.memberKey(a, b), keys.memberKey(c, d)],
          [keys.deviceKey(a, b), keys.deviceKey(c, d)],
          [keys.activityKey(a, b, 0), keys.activityKey(c, d, 0)],
          [keys.senderKey(a, b), keys.senderKey(c, d)],
          [keys.blockKey(a, b), keys.blockKey(c, d)],
          [keys.blockerKey(a, b), keys.blockerKey(c, d)],
          [keys.activityKey('u', a, 0, b), keys.activityKey('u', c, 0, d)],
          [keys.reactionKey('c', 1, a, b), keys.reactionKey('c', 1, c, d)],
          [keys.reactionKey(a, 1, b, 'u'), keys.reactionKey(c, 1, d, 'u')],
        ];
        for (const [one, other] of pairs) expect(JSON.stringify(one) === JSON.stringify(other)).toBe(isSame);
      }),
    );
  });

  it('give back what they were made of', () => {
    fc.assert(
      fc.property(hostile, hostile, (conversationId, userId) => {
        const member = keys.memberKey(conversationId, userId);
        expect([keys.conversationOf(member), keys.memberOf(member)]).toEqual([conversationId, userId]);
        const activity = keys.activityKey(userId, conversationId, Date.UTC(2026, 0, 1));
        expect(keys.conversationOfActivity(activity)).toBe(conversationId);
        expect(keys.otherOfActivity(activity)).toBeUndefined();
        expect(keys.activityStartKey(userId, activity.GSI1SK)).toEqual({ ...member, ...activity });
        const direct = keys.activityKey('u', conversationId, 0, userId);
        expect([keys.conversationOfActivity(direct), keys.otherOfActivity(direct)]).toEqual([conversationId, userId]);
        expect(keys.activityStartKey('u', direct.GSI1SK)).toEqual({
          ...keys.memberKey(conversationId, 'u'),
          ...direct,
        });
        const channel = keys.channelKey(conversationId, userId);
        expect(keys.channelOf(channel).conversationId).toBe(conversationId);
        expect(keys.channelStartKey(channel.GSI1SK)).toEqual({ ...keys.headKey(conversationId), ...channel });
        const reaction = { seq: 7, emoji: conversationId, userId };
        expect(keys.reactionOf(keys.reactionKey('c', 7, conversationId, userId))).toEqual(reaction);
      }),
    );
  });

  it('of messages sort as their seqs do, and all below the end', () => {
    const seq = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
    fc.assert(
      fc.property(seq, seq, (one, other) => {
        const [a, b] = [keys.messageKey('c', one).SK, keys.messageKey('c', other).SK];
        expect(a < b).toBe(one < other);
        expect(a < keys.afterAllMessages).toBe(true);
      }),
    );
  });
});

describe('a bound', () => {
  it('of members is beyond every one of them, whatever users call themselves, and before everything else', () => {
    const isWithin = (SK: string) => SK >= keys.headKey('c').SK && SK <= keys.afterAllMembers;
    fc.assert(
      fc.property(hostile, (userId) => {
        expect(isWithin(keys.memberKey('c', userId).SK)).toBe(true);
      }),
    );
    const others = [keys.detailsKey('c'), keys.messageKey('c', 1), keys.markKey('c', 1), keys.pinsKey('c')];
    expect(others.map(({ SK }) => isWithin(SK))).toEqual([false, false, false, false]);
  });

  it('of an emoji’s reactions leaves out those that only begin alike', () => {
    const prefix = keys.reactionPrefix(1, ':a:');
    expect(keys.reactionKey('c', 1, ':a:', 'bob').SK.startsWith(prefix)).toBe(true);
    expect(keys.reactionKey('c', 1, ':a:b:', 'bob').SK.startsWith(prefix)).toBe(false);
    expect(keys.reactionKey('c', 11, ':a:', 'bob').SK.startsWith(prefix)).toBe(false);
  });
});

describe('a cursor', () => {
  it('is taken back as it was given', () => {
    expect(sortKeyOf(cursorOf('CONV#00000001#c1'), keys.activityPrefix)).toBe('CONV#00000001#c1');
  });

  it.each(['', '!', 'AAAA', cursorOf('USER#bob'), `${cursorOf('CONV#1#c')}=`])('%j is refused by name', (cursor) => {
    expect(() => sortKeyOf(cursor, keys.activityPrefix)).toThrow(
      expect.objectContaining({
        code: 'VALIDATION_FAILED',
        details: { errors: [expect.objectContaining({ path: 'cursor' })] },
      }),
    );
  });
});
