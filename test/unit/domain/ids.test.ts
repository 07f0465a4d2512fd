import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { directConversationId, messageIdOf, positionOf } from '../../../lambdas/domain/ids.ts';
import { digest } from '../../../lambdas/runtime/randomness.ts';

describe('ids', () => {
  it('are the same for a pair of users in either order, and no other pair has them', () => {
    const user = fc.string({ minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(user, user, user, user, (a, b, c, d) => {
        expect(directConversationId(a, b, digest)).toBe(directConversationId(b, a, digest));
        const isSamePair = [a, b].toSorted().join('\n') === [c, d].toSorted().join('\n');
        expect(directConversationId(a, b, digest) === directConversationId(c, d, digest)).toBe(isSamePair);
      }),
    );
  });

  it('of a message give its position back', () => {
    const conversationId = directConversationId('alice', 'bob', digest);
    expect(positionOf(messageIdOf(conversationId, 1_234))).toEqual({ conversationId, seq: 1_234 });
  });

  it.each(['', 'x', 'c.', '.1', 'c.0', 'c.-1', 'c.1e3', 'c.1.2 ', `c.${'9'.repeat(16)}`, 'a b.1'])(
    'refuse %j as they refuse a message of others',
    (messageId) => {
      expect(() => positionOf(messageId)).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
    },
  );
});
