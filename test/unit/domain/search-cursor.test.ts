import { describe, expect, it } from 'vitest';
import { limits } from '../../../contract/limits.ts';
import { searchCursorIn, searchCursorOf } from '../../../lambdas/domain/search-cursor.ts';
import { systemRandomness } from '../../../lambdas/runtime/randomness.ts';

const newPlace = () => ({ conversationId: `g${systemRandomness.id()}`, seq: 20_000, atMs: Date.UTC(2026, 0, 1) });

describe('the cursor of a search', () => {
  it.each([
    ['all conversations', { isAll: true, places: [newPlace(), newPlace()] }],
    ['some of them', { isAll: false, places: [newPlace()] }],
  ])('says how far it came in %s', (_, cursor) => {
    expect(searchCursorIn(searchCursorOf(cursor))).toEqual(cursor);
  });

  it('is as long as one may be, with as many conversations and as many messages as there can be', () => {
    const places = Array.from({ length: limits.searchConversations }, newPlace);
    const longest = places.map((place) => ({ ...place, seq: 999_999_999 }));
    expect(searchCursorOf({ isAll: false, places: longest }).length).toBeLessThanOrEqual(limits.searchCursorLength);
  });

  it('needs no escape in a URL', () => {
    const text = searchCursorOf({ isAll: true, places: [{ ...newPlace(), conversationId: 'd_a-b~c' }] });
    expect(encodeURIComponent(text)).toBe(text);
  });

  it.each([
    ['nothing', ''],
    ['another word', 'none.c1.1.1'],
    ['half a place', 'all.c1.1'],
    ['more than a place', 'all.c1.1.1.c2'],
    ['a place without a conversation', 'all..1.1'],
    ['what no conversation is called', 'all.c#1.1.1'],
    ['a seq below the first', 'all.c1.0.1'],
    ['a seq that is less than nothing', 'all.c1.-1.1'],
    ['a seq that is no number', 'all.c1.?.1'],
    ['a seq beyond all numbers', 'all.c1.zzzzzzzzzzzz.1'],
    ['a number written otherwise', 'all.c1.01.1'],
    ['a conversation twice', 'all.c1.1.1.c1.2.1'],
  ])('is not %s', (_, text) => {
    expect(searchCursorIn(text)).toBeUndefined();
  });
});
