import { describe, expect, it } from 'vitest';
import { memberLists } from '../../../lambdas/app/member-lists.ts';
import { ChatError } from '../../../lambdas/domain/chat-error.ts';

/** Lists over conversations that have these members when they are read. */
function setup(members: Record<string, string[]>, most?: number) {
  const reads: string[] = [];
  const membersOf = async (conversationId: string) => {
    reads.push(conversationId);
    const found = members[conversationId];
    if (!found) throw new ChatError('UNAVAILABLE', 'not now');
    return found;
  };
  return { reads, members, lists: memberLists({ membersOf }, most) };
}

describe('the member lists', () => {
  it('are bounded by the ids that they hold together: those longest unused are read again', async () => {
    const crowd = Array.from({ length: 60 }, (_, n) => `u${n}`);
    const { reads, lists } = setup({ c1: ['ann'], c2: ['ann'], crowd }, 100);
    await lists.membersOf('c1', 1);
    await lists.membersOf('c2', 1);
    await lists.membersOf('crowd', 1);
    await lists.membersOf('c1', 1);
    expect(reads).toEqual(['c1', 'c2', 'crowd']);

    await lists.membersOf('c3', 1).catch(() => {});
    await lists.membersOf('c1', 1);
    await lists.membersOf('c2', 1);
    await lists.membersOf('crowd', 1);
    await lists.membersOf('c2', 1);

    expect(reads.slice(3)).toEqual(['c3', 'c2']);
  });

  it('keep one that is larger than all of them may be, for as long as no other is asked for', async () => {
    const { reads, lists } = setup({ crowd: Array.from({ length: 60 }, (_, n) => `u${n}`), c1: [] }, 50);
    await lists.membersOf('crowd', 1);
    await lists.membersOf('crowd', 1);
    await lists.membersOf('c1', 1);
    await lists.membersOf('crowd', 1);
    expect(reads).toEqual(['crowd', 'c1', 'crowd']);
  });

  it('follow a change of the membership without a read, and know then whom the change left', async () => {
    const { reads, lists } = setup({ c1: ['ann', 'bob'] });
    await lists.membersOf('c1', 1);

    lists.advance('c1', 2, { added: ['cyd'], removed: ['ann'] });

    expect(await lists.membersOf('c1', 2)).toEqual(['bob', 'cyd']);
    expect(reads).toEqual(['c1']);
  });

  it('follow at once, while the list is still being read, and nobody is in them twice', async () => {
    const { reads, lists } = setup({ c1: ['ann', 'cyd'] });
    const first = lists.membersOf('c1', 1);
    lists.advance('c1', 2, { added: ['cyd'], removed: [] });
    lists.advance('c1', 3, { added: [], removed: ['ann'] });

    expect(await first).toEqual(['ann', 'cyd']);
    expect(await lists.membersOf('c1', 3)).toEqual(['cyd']);
    expect(reads).toEqual(['c1']);
  });

  it.each([
    ['that is not the next', 3],
    ['that is known already', 1],
  ])('are not led astray by a change %s', async (_, version) => {
    const { reads, members, lists } = setup({ c1: ['ann'] });
    await lists.membersOf('c1', 1);
    members.c1 = ['ann', 'bob'];

    lists.advance('c1', version, { added: ['mallory'], removed: [] });

    expect(await lists.membersOf('c1', 1)).toEqual(['ann']);
    expect(await lists.membersOf('c1', 3)).toEqual(['ann', 'bob']);
    expect(reads).toEqual(['c1', 'c1']);
  });

  it('forget a read that failed, and what was to follow it', async () => {
    const { reads, members, lists } = setup({});
    const failing = lists.membersOf('c1', 1);
    lists.advance('c1', 2, { added: ['bob'], removed: [] });
    const following = lists.membersOf('c1', 2);
    await expect(failing).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(following).rejects.toMatchObject({ code: 'UNAVAILABLE' });

    members.c1 = ['ann', 'bob'];
    expect(await lists.membersOf('c1', 2)).toEqual(['ann', 'bob']);
    expect(reads).toEqual(['c1', 'c1']);
  });
});
