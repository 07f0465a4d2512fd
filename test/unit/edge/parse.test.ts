import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { ChatError } from '../../../lambdas/domain/chat-error.ts';
import { parse, parseJson } from '../../../lambdas/edge/parse.ts';

const schema = z.strictObject({
  name: z.optional(z.string().check(z.minLength(2, 'must be longer'))),
  count: z.optional(z.int()),
  kind: z.optional(z.enum(['one', 'other'])),
  always: z.optional(z.literal(7)),
  members: z.optional(z.array(z.strictObject({ role: z.string() }))),
  either: z.optional(z.union([z.string(), z.boolean()])),
  shape: z.optional(z.discriminatedUnion('type', [z.strictObject({ type: z.literal('a') })])),
  names: z.optional(z.record(z.string().check(z.maxLength(3)), z.string())),
  list: z.optional(z.array(z.string()).check(z.maxLength(2))),
  few: z.optional(z.array(z.string()).check(z.minLength(1))),
  code: z.optional(z.string().check(z.minLength(2), z.maxLength(4))),
  seconds: z.optional(z.int().check(z.gte(1), z.lte(60))),
});

function refusalOf(act: () => unknown): ChatError {
  try {
    act();
  } catch (error) {
    if (error instanceof ChatError) return error;
  }
  throw new Error('it was not refused');
}

const fieldsOf = (value: unknown) => refusalOf(() => parse(schema, value, 'test')).details.errors;

describe('what is wrong with a request', () => {
  test.each<[string, unknown, string, string]>([
    ['a field of the wrong type', { name: 5 }, 'name', 'must be a string'],
    ['null where a value belongs', { name: null }, 'name', 'must be a string'],
    ['a broken number', { count: 1.5 }, 'count', 'must be an int'],
    ['a list where an object belongs', { shape: [] }, 'shape', 'must be an object'],
    ['a field that is missing in a list', { members: [{ role: 'x' }, {}] }, 'members[1].role', 'is required'],
    ['a field that nobody knows', { colour: 1 }, 'colour', 'is not known'],
    ['one that nobody knows in a list', { members: [{ role: 'x', x: 1 }] }, 'members[0].x', 'is not known'],
    ['the prototype of objects', JSON.parse('{"__proto__":{"x":1}}'), '__proto__', 'is not known'],
    ['a value that is not among those offered', { kind: 'third' }, 'kind', 'must be one of: one, other'],
    ['another than the only value', { always: 8 }, 'always', 'must be one of: 7'],
    ['neither of two forms', { either: 5 }, 'either', 'is not one of the forms that are known here'],
    ['a form that nobody knows', { shape: { type: 'b' } }, 'shape.type', 'is not one of the forms that are known here'],
    ['a rule with a sentence of its own', { name: 'x' }, 'name', 'must be longer'],
    ['a list that is too long', { list: ['a', 'b', 'c'] }, 'list', 'must be at most 2 items'],
    ['an empty list', { few: [] }, 'few', 'must not be empty'],
    ['a text that is too short', { code: 'x' }, 'code', 'must be at least 2 characters'],
    ['a text that is too long', { code: 'xxxxx' }, 'code', 'must be at most 4 characters'],
    ['a number that is too small', { seconds: 0 }, 'seconds', 'must be at least 1'],
    ['a number that is too large', { seconds: 61 }, 'seconds', 'must be at most 60'],
    ['a name that is not allowed', { names: { long_name: 'x' } }, 'names.long_name', 'is not valid'],
    ['something else than an object', 'text', '', 'must be an object'],
    ['nothing at all', undefined, '', 'is required'],
  ])('%s is told by path and sentence', (_, value, path, message) => {
    expect(fieldsOf(value)).toEqual([{ path, message }]);
  });

  test('everything is told at once, in a sentence that names the fields', () => {
    const refusal = refusalOf(() => parse(schema, { name: 5, a: 1, b: 2 }, 'do it'));
    expect(refusal).toMatchObject({ code: 'VALIDATION_FAILED', message: 'unable to do it; not valid: name, a, b' });
    expect(refusal.details.errors).toHaveLength(3);
  });

  test('an answer fits into a frame, however much is wrong and however long its name', () => {
    const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`field${n}`, 1]));
    expect(fieldsOf(many)).toHaveLength(20);
    const [long] = fieldsOf({ ['x'.repeat(30_000)]: 1 }) ?? [];
    expect(long?.path).toHaveLength(200);
  });

  test.each(['{"__proto__":1}', '{"a":[{"__proto__":{}}]}'])('nothing is named like the prototype: %s', (text) => {
    const refusal = refusalOf(() => parseJson(text, 'test'));
    expect(refusal.details.errors).toEqual([{ path: '__proto__', message: 'can not be the name of a field' }]);
  });

  test('no value of the request is in what is told or kept', () => {
    const refusal = refusalOf(() => parse(schema, { name: ['canary'], kind: 'canary' }, 'test'));
    expect(JSON.stringify([refusal.message, refusal.details, refusal.cause])).not.toContain('canary');
  });
});

describe('JSON off the wire', () => {
  const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

  test.each<[string, string | undefined]>([
    ['nothing', undefined],
    ['an empty body', ''],
    ['text', 'hello'],
    ['an unfinished object', '{"a":'],
    ['a word that JSON does not have', '{"a":NaN}'],
    ['a byte order mark', '\ufeff{}'],
    ['two values', '{}{}'],
  ])('%s is not JSON', (_, text) => {
    const refusal = refusalOf(() => parseJson(text, 'test'));
    expect(refusal).toMatchObject({ code: 'VALIDATION_FAILED', message: 'unable to test; the request is not JSON' });
  });

  test.each(['null', 'false', '0', '""'])('%s is JSON', (text) => {
    expect(parseJson(text, 'test')).toEqual(JSON.parse(text));
  });

  test('24 levels are stored, 25 are refused', () => {
    expect(parseJson(nested(24), 'test')).toBeDefined();
    expect(refusalOf(() => parseJson(nested(25), 'test')).details.errors).toEqual([
      { path: '', message: 'must not be nested deeper than 24 levels' },
    ]);
  });

  test('what JSON.parse takes and JSON.stringify overflows the stack on is refused', () => {
    expect(refusalOf(() => parseJson(nested(60_000), 'test')).code).toBe('VALIDATION_FAILED');
  });
});
