import { describe, expect, test } from 'vitest';
import { failuresIn } from '../../../../local/event-sources/batch-response.ts';
import type { Json } from '../../../../local/types.ts';

const item = (itemIdentifier: Json) => ({ batchItemFailures: [{ itemIdentifier }] });

const rows: [sentence: string, payload: Json | undefined, failures: unknown][] = [
  ['an empty list', { batchItemFailures: [] }, 'none'],
  ['no list', { batchItemFailures: null }, 'none'],
  ['an empty answer', {}, 'none'],
  ['null', null, 'none'],
  ['no answer', undefined, 'none'],
  ['a record of the batch', item('2'), new Set(['2'])],
  ['an empty identifier', item(''), 'all'],
  ['a null identifier', item(null), 'all'],
  ['a misspelt key', { batchItemFailures: [{ itemId: '2' }] }, 'all'],
  ['an unknown identifier', item('9'), 'all'],
  [
    'a known one beside an unknown one',
    { batchItemFailures: [{ itemIdentifier: '2' }, { itemIdentifier: '9' }] },
    'all',
  ],
];

describe('a function that reports failures answers with', () => {
  test.each(rows)('%s', (_, payload, failures) => {
    expect(failuresIn({ ok: true, payload }, ['1', '2', '3'], true)).toEqual(failures);
  });
});

test('what a function reports is not read where the mapping does not ask for it', () => {
  expect(failuresIn({ ok: true, payload: item('2') }, ['1', '2'], false)).toBe('none');
});

test('an error fails the whole batch', () => {
  const error = { errorType: 'Error', errorMessage: 'thrown' };
  expect(failuresIn({ ok: false, error }, ['1', '2'], true)).toBe('all');
});
