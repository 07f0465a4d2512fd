import { describe, expect, it } from 'vitest';
import { foldedTitle, indexedTitle } from '../../../lambdas/domain/folded-title.ts';

describe('a title as it is compared', () => {
  it.each([
    { reason: 'has no case', title: 'NEWS', folded: 'news' },
    { reason: 'has no marks', title: 'Über Café', folded: 'uber cafe' },
    { reason: 'has no width', title: 'ＮＥＷＳ', folded: 'news' },
    { reason: 'has no space around it', title: '  news ', folded: 'news' },
    { reason: 'is the same however its marks were typed', title: 'Cafe\u0301', folded: 'cafe' },
    { reason: 'keeps letters of other scripts', title: 'Новости', folded: 'новости' },
  ])('$reason', ({ title, folded }) => {
    expect(foldedTitle(title)).toBe(folded);
  });

  it('is cut for the index, which has an end', () => {
    expect([...indexedTitle('\ufdfa'.repeat(100))]).toHaveLength(100);
  });
});
