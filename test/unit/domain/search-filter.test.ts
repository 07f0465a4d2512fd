import { describe, expect, it } from 'vitest';
import {
  isFound,
  isTooOld,
  type Searchable,
  type SearchFilter,
  wordsIn,
} from '../../../lambdas/domain/search-filter.ts';

const saidAtMs = Date.UTC(2026, 0, 1);
const said = (text: string, over: Partial<Searchable> = {}): Searchable => ({
  seq: 1,
  senderId: 'ann',
  type: 'text',
  text,
  createdAtMs: saidAtMs,
  ...over,
});
const file = (fileName: string) => ({ attachmentId: 'a', fileName, contentType: 'application/pdf', size: 1 });
const lookingFor = (q: string, over: Partial<SearchFilter> = {}): SearchFilter => ({ words: wordsIn(q), ...over });

describe('a message is found', () => {
  it.each([
    { by: 'a word in it', q: 'plan', message: said('the plan') },
    { by: 'a part of a word', q: 'lan', message: said('the plan') },
    { by: 'all words, wherever they stand', q: 'plan the', message: said('the new plan') },
    { by: 'a word without its case', q: 'PLAN', message: said('the Plan') },
    { by: 'a word without its accents', q: 'cafe', message: said('Im Café') },
    { by: 'a word with accents where there are none', q: 'café', message: said('im cafe') },
    { by: 'a word in other forms of its characters', q: 'news', message: said('ＮＥＷＳ') },
    { by: 'the name of a file', q: 'invoice', message: said('look', { attachments: [file('Invoice 7.pdf')] }) },
    {
      by: 'a word of its text and one of a file’s name',
      q: 'look 7',
      message: said('look', { attachments: [file('7')] }),
    },
    { by: 'what the system said', q: 'joined', message: said('Ann has joined', { type: 'system' }) },
  ])('by $by', ({ q, message }) => {
    expect(isFound(lookingFor(q), message)).toBe(true);
  });

  it.each([
    { by: 'its sender', filter: { senderId: 'ann' } },
    { by: 'its type', filter: { type: 'text' as const } },
    { by: 'the first moment of a time', filter: { fromMs: saidAtMs } },
    { by: 'the last moment of a time', filter: { toMs: saidAtMs + 1 } },
  ])('by $by alone', ({ filter }) => {
    expect(isFound(lookingFor('', filter), said('anything'))).toBe(true);
  });
});

describe('a message is not found', () => {
  it.each([
    { where: 'a word is missing', q: 'plan b', message: said('the plan') },
    { where: 'a word runs from one name into the next', q: 'ab', message: said('a', { attachments: [file('b')] }) },
    { where: 'it is deleted', q: 'plan', message: said('plan', { deletedAtMs: 1 }) },
    { where: 'it is encrypted', q: 'plan', message: said('plan', { encrypted: { algorithm: 'x' } }) },
    { where: 'it has no words at all', q: 'plan', message: { ...said(''), text: undefined } },
  ])('where $where', ({ q, message: { text, ...message } }) => {
    expect(isFound(lookingFor(q), { ...message, ...(text !== undefined && { text }) })).toBe(false);
  });

  it.each([
    { where: 'it is deleted', over: { deletedAtMs: 1 } },
    { where: 'it is encrypted', over: { encrypted: {} } },
  ])('where $where, even if nothing is asked of its words', ({ over }) => {
    expect(isFound(lookingFor('', { senderId: 'ann' }), said('', over))).toBe(false);
  });

  it.each([
    { where: 'somebody else said it', filter: { senderId: 'bob' } },
    { where: 'it is of another type', filter: { type: 'voice' as const } },
    { where: 'it is too early', filter: { fromMs: saidAtMs + 1 } },
    { where: 'it is too late', filter: { toMs: saidAtMs } },
  ])('where $where', ({ filter }) => {
    expect(isFound(lookingFor('anything', filter), said('anything'))).toBe(false);
  });
});

describe('a search from a time on', () => {
  it('goes on a little below it, where clocks may have been wrong', () => {
    expect(isTooOld({ words: [], fromMs: saidAtMs }, saidAtMs - 60_000)).toBe(false);
    expect(isTooOld({ words: [], fromMs: saidAtMs }, saidAtMs - 60_001)).toBe(true);
  });

  it('has no end where no time is given', () => {
    expect(isTooOld({ words: [] }, 0)).toBe(false);
  });
});
