import { describe, expect, it } from 'vitest';
import { SearchMessagesSchema } from '../../../contract/search.ts';
import { parse } from '../../../lambdas/edge/parse.ts';

const errorsIn = (query: object) => {
  try {
    parse(SearchMessagesSchema, query, 'search');
    return [];
  } catch (error) {
    return error instanceof Error && 'details' in error ? error.details : error;
  }
};

describe('a search', () => {
  it.each([
    ['words alone', { q: 'a plan' }],
    ['ten words', { q: 'a b c d e f g h i j' }],
    ['a sender alone', { senderId: 'ann' }],
    ['a type alone', { type: 'voice' }],
    ['a time alone', { from: '2026-01-01T00:00:00Z' }],
    [
      'everything',
      { q: 'a', senderId: 'b', type: 'text', from: '2026-01-01T00:00:00Z', to: '2026-01-01T00:00:00.001Z' },
    ],
  ])('is by %s', (_, query) => {
    expect(parse(SearchMessagesSchema, query, 'search')).toEqual({ ...query, limit: 50 });
  });

  it.each([
    ['nothing', {}, 'q', 'needs q, senderId, type, from or to'],
    ['a conversation alone', { conversationId: 'c1' }, 'q', 'needs q, senderId, type, from or to'],
    ['no words', { q: '  ' }, 'q', 'must not be empty'],
    ['eleven words', { q: 'a b c d e f g h i j k' }, 'q', 'must be at most 10 words'],
    ['101 characters', { q: 'a'.repeat(101) }, 'q', 'must be at most 100 characters'],
    ['a type that is none', { type: 'fax' }, 'type', 'must be one of: text, image, file, voice, system'],
    [
      'a time that ends before it begins',
      { from: '2026-01-02T00:00:00Z', to: '2026-01-01T00:00:00Z' },
      'to',
      'must be after from',
    ],
    [
      'a time that ends as it begins',
      { from: '2026-01-01T00:00:00Z', to: '2026-01-01T00:00:00.000Z' },
      'to',
      'must be after from',
    ],
    ['what is not known', { q: 'a', sort: 'asc' }, 'sort', 'is not known'],
    ['too many at once', { q: 'a', limit: '101' }, 'limit', 'must be at most 100'],
  ])('is not by %s', (_, query, path, message) => {
    expect(errorsIn(query)).toEqual({ errors: [{ path, message }] });
  });
});
