import { describe, expect, it } from 'vitest';
import { foldedText, indexedTitle } from '../../../lambdas/domain/folded-text.ts';

describe('a text as it is compared', () => {
  it.each([
    { reason: 'has no case', text: 'NEWS', folded: 'news' },
    { reason: 'has no marks', text: 'Über Café', folded: 'uber cafe' },
    { reason: 'has no width', text: 'ＮＥＷＳ', folded: 'news' },
    { reason: 'has no space around it', text: '  news ', folded: 'news' },
    { reason: 'is the same however its marks were typed', text: 'Cafe\u0301', folded: 'cafe' },
    { reason: 'keeps letters of other scripts', text: 'Новости', folded: 'новости' },
    { reason: 'has one s more for each ß', text: 'Straße', folded: 'strasse' },
    { reason: 'has no ligatures', text: 'oﬃce', folded: 'office' },
    { reason: 'has one sigma', text: 'ΟΔΟΣ οδός', folded: 'οδοσ οδοσ' },
    { reason: 'has the dot of a Turkish capital', text: 'İstanbul', folded: 'istanbul' },
  ])('$reason', ({ text, folded }) => {
    expect(foldedText(text)).toBe(folded);
  });

  it('is as it was, folded again', () => {
    const once = foldedText('ǅungla ΆΣ ﬃ ẞ Ⅻ');
    expect(foldedText(once)).toBe(once);
  });

  it('is cut for the index, which has an end', () => {
    expect([...indexedTitle('\ufdfa'.repeat(100))]).toHaveLength(100);
  });
});
