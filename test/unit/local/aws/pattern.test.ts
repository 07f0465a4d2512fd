import { describe, expect, test } from 'vitest';
import { compilePattern } from '../../../../local/pattern.ts';
import type { Json } from '../../../../local/types.ts';

const rows: [sentence: string, pattern: Json, event: Json, matches: boolean][] = [
  ['a value that is listed', { eventName: ['INSERT', 'MODIFY'] }, { eventName: 'MODIFY' }, true],
  ['a value that is not listed', { eventName: ['INSERT'] }, { eventName: 'REMOVE' }, false],
  ['null only where it is listed', { a: [null] }, { a: null }, true],
  ['a number is not its text', { a: [1] }, { a: '1' }, false],
  ['every key of the pattern', { a: [1], b: [2] }, { a: 1, b: 3 }, false],
  ['a nested key', { a: { b: [1] } }, { a: { b: 1, c: 2 } }, true],
  ['a nested key below nothing', { a: { b: [1] } }, {}, false],
  ['any element of a list in the event', { a: ['x'] }, { a: ['y', 'x'] }, true],
  ['exists where there is a value', { a: { S: [{ exists: true }] } }, { a: { S: '' } }, true],
  ['exists where there is none', { a: { S: [{ exists: true }] } }, { a: { N: '1' } }, false],
  ['exists is about ends, not objects', { a: [{ exists: true }] }, { a: { S: 'x' } }, false],
  ['does not exist, nor does what is around it', { a: { S: [{ exists: false }] } }, {}, true],
  ['does not exist, but it does', { a: [{ exists: false }] }, { a: 1 }, false],
  ['prefix', { a: [{ prefix: 'MSG#' }] }, { a: 'MSG#1' }, true],
  ['another prefix', { a: [{ prefix: 'MSG#' }] }, { a: 'HEAD' }, false],
  ['suffix', { a: [{ suffix: '.png' }] }, { a: 'x.png' }, true],
  ['equals-ignore-case', { a: [{ 'equals-ignore-case': 'Bob' }] }, { a: 'BOB' }, true],
  ['anything but a value', { a: [{ 'anything-but': 'x' }] }, { a: 'y' }, true],
  ['anything but several values', { a: [{ 'anything-but': ['x', 'y'] }] }, { a: 'y' }, false],
  ['anything but a prefix', { a: [{ 'anything-but': { prefix: 'x' } }] }, { a: 'xy' }, false],
  ['anything but needs something', { a: [{ 'anything-but': 'x' }] }, {}, false],
  ['one alternative of several', { a: ['x', { prefix: 'y' }] }, { a: 'yes' }, true],
  ['one pattern of several', { $or: [{ a: [1] }, { b: [2] }] }, { b: 2 }, true],
  ['none of several patterns', { $or: [{ a: [1] }, { b: [2] }] }, { a: 2, b: 1 }, false],
];

describe('an event pattern', () => {
  test.each(rows)('%s', (_, pattern, event, matches) => {
    expect(compilePattern(pattern)(event)).toBe(matches);
  });

  test.each([
    ['an operator that it does not know', { a: [{ numeric: ['>', 1] }] }, 'does not know numeric'],
    ['an end that is not a list', { a: 'x' }, 'lists at its ends'],
  ])('refuses %s', (_, pattern, reason) => {
    expect(() => compilePattern(pattern)).toThrow(reason);
  });
});
