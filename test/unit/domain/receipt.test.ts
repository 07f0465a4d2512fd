import { describe, expect, it } from 'vitest';
import { movesActivity } from '../../../lambdas/domain/activity.ts';
import { statusFor, weakestOf } from '../../../lambdas/domain/receipt.ts';
import { aMember } from '../../helpers/memory-stores.ts';

const reader = (userId: string, lastReadSeq: number, lastDeliveredSeq: number) =>
  aMember({ userId, lastReadSeq, lastDeliveredSeq });

describe('the status of a message', () => {
  const members = [reader('alice', 0, 0), reader('bob', 3, 8), reader('cyd', 5, 6)];

  it.each([
    { reason: 'is read once the slowest has read it', seq: 3, status: 'read' },
    { reason: 'is delivered while one has only got it', seq: 4, status: 'delivered' },
    { reason: 'is delivered up to the slowest', seq: 6, status: 'delivered' },
    { reason: 'is sent beyond', seq: 7, status: 'sent' },
  ])('$reason', ({ seq, status }) => {
    expect(statusFor('alice', { senderId: 'alice', seq }, weakestOf(members, 'alice'))).toBe(status);
  });

  it('is nobody’s business but the sender’s', () => {
    expect(statusFor('bob', { senderId: 'alice', seq: 1 }, weakestOf(members, 'bob'))).toBe('sent');
  });

  it('is sent where there is nobody else', () => {
    expect(statusFor('alice', { senderId: 'alice', seq: 1 }, weakestOf([reader('alice', 1, 1)], 'alice'))).toBe('sent');
  });
});

describe('a conversation moves up', () => {
  const hour = 3_600_000;
  it.each([
    { reason: 'with the first activity of an hour', before: 2 * hour - 1, now: 2 * hour, moves: true },
    { reason: 'not with a second of the same hour', before: 2 * hour, now: 3 * hour - 1, moves: false },
    { reason: 'not by a clock that is behind', before: 3 * hour, now: 2 * hour, moves: false },
    { reason: 'not where nothing is known of before', before: undefined, now: hour, moves: false },
  ])('$reason', ({ before, now, moves }) => {
    expect(movesActivity(before, now)).toBe(moves);
  });
});
