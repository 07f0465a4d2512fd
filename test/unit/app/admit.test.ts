import { describe, expect, test } from 'vitest';
import { admit, refuseClosed } from '../../../lambdas/app/admit.ts';
import { untilDecided } from '../../../lambdas/app/until-decided.ts';
import type { Right } from '../../../lambdas/domain/roles.ts';
import { fakeClock } from '../../helpers/fake-clock.ts';
import { aHead, aMember } from '../../helpers/memory-stores.ts';

const request = (right: Right, ...scopes: string[]) => ({
  principal: { userId: 'alice', scopes },
  right,
  operation: 'try it',
});
const group = aHead({ type: 'group' });
const direct = aHead({ type: 'direct' });
const member = aMember({ role: 'member' });

describe('who asks', () => {
  test('is let through with what was found', () => {
    expect(admit({ head: group, member }, request('read'))).toEqual({ head: group, member });
    expect(admit({ head: group }, request('close', 'chat:service'))).toEqual({ head: group });
  });

  test.each([
    { who: 'a stranger', found: { head: group }, asked: request('read'), code: 'FORBIDDEN' },
    { who: 'anybody, of nothing', found: {}, asked: request('read'), code: 'FORBIDDEN' },
    { who: 'a member of what was never made', found: { member }, asked: request('read'), code: 'FORBIDDEN' },
    { who: 'a backend, of nothing', found: {}, asked: request('read', 'chat:service'), code: 'NOT_FOUND' },
    { who: 'a member without the right', found: { head: group, member }, asked: request('update'), code: 'FORBIDDEN' },
    { who: 'a member, of what none may', found: { head: direct, member }, asked: request('leave'), code: 'CONFLICT' },
    { who: 'a stranger, of what none may', found: { head: direct }, asked: request('leave'), code: 'FORBIDDEN' },
    {
      who: 'a backend, of what none may',
      found: { head: direct },
      asked: request('setMembers', 'chat:service'),
      code: 'CONFLICT',
    },
  ])('$who is told $code', ({ found, asked, code }) => {
    expect(() => admit(found, asked)).toThrow(expect.objectContaining({ code }));
  });

  test('can’t tell what exists from what does not', () => {
    const wordsFor = (found: Parameters<typeof admit>[0]) => {
      try {
        return admit(found, request('leave'));
      } catch (error) {
        return error instanceof Error ? error.message : error;
      }
    };
    expect(wordsFor({ head: direct })).toBe(wordsFor({}));
  });

  test('finds a closed conversation in conflict', () => {
    expect(() => refuseClosed(aHead({ closedAtMs: 1 }), 'try it')).toThrow(
      expect.objectContaining({ code: 'CONFLICT' }),
    );
    expect(() => refuseClosed(group, 'try it')).not.toThrow();
  });
});

describe('a decision', () => {
  test('is made again while what it was made on is outdated', async () => {
    const outcomes = ['outdated', 'outdated', 'done'] as const;
    let tries = 0;
    const decided = await untilDecided(
      { clock: fakeClock(), operation: 'try it' },
      async () => outcomes[tries++] ?? 'done',
    );
    expect({ decided, tries }).toEqual({ decided: 'done', tries: 3 });
  });

  test('that never holds ends in «later»', async () => {
    const never = untilDecided({ clock: fakeClock(), operation: 'try it' }, async () => 'outdated' as const);
    await expect(never).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});
