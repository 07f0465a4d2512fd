import type * as z from 'zod/mini';
import type { FieldError } from '../../contract/errors.ts';
import { limits } from '../../contract/limits.ts';
import { refuse, refuseFields } from '../domain/chat-error.ts';

/** An answer must fit into a frame, however much is wrong with a request and however long the names are that it made up. */
const mostErrors = 20;
const longestPath = 200;

/** What came off the wire as what the schema says, or VALIDATION_FAILED naming every field at fault. */
export function parse<Schema extends z.ZodMiniType>(
  schema: Schema,
  value: unknown,
  operation: string,
): z.output<Schema> {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  return refuseFields(operation, result.error.issues.flatMap(fieldErrorsOf).slice(0, mostErrors));
}

/** JSON as it came, not nested deeper than can be stored: JSON.parse takes what JSON.stringify then overflows the stack on. */
export function parseJson(text: string | undefined, operation: string): unknown {
  const value = jsonOrNothing(text);
  if (value === undefined) refuse('VALIDATION_FAILED', operation, 'the request is not JSON');
  if (isDeeperThan(limits.jsonDepth, value)) {
    refuseFields(operation, [{ path: '', message: `must not be nested deeper than ${limits.jsonDepth} levels` }]);
  }
  if (holdsPrototype(value))
    refuseFields(operation, [{ path: '__proto__', message: 'can not be the name of a field' }]);
  return value;
}

/** JavaScript takes a field of this name for something else, and would lose it without a word on its way. */
function holdsPrototype(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.hasOwn(value, '__proto__') || Object.values(value).some(holdsPrototype);
}

export function jsonOrNothing(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeperThan(levels - 1, inner));
}

type Issue = z.core.$ZodIssue;

/** An unknown field is named by its own path; everything else by the path that zod gives. */
function fieldErrorsOf(issue: Issue): FieldError[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: pathOf([...issue.path, key]), message: 'is not known' }));
  }
  return [{ path: pathOf(issue.path), message: sentenceOf(issue) }];
}

/** `members[2].role` */
const pathOf = (path: PropertyKey[]): string =>
  path
    .reduce<string>(
      (text, step) => (typeof step === 'number' ? `${text}[${step}]` : `${text}${text && '.'}${String(step)}`),
      '',
    )
    .slice(0, longestPath);

/** zod/mini carries no sentences of its own: a schema's, or ours for what the structure asks. */
function sentenceOf(issue: Issue): string {
  if (issue.message && issue.message !== 'Invalid input') return issue.message;
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is required' : `must be ${withArticle(issue.expected)}`;
    case 'invalid_value':
      return issue.input === undefined ? 'is required' : `must be one of: ${issue.values.join(', ')}`;
    case 'invalid_union':
      return 'is not one of the forms that are known here';
    case 'too_small':
      return issue.minimum === 1 && issue.origin !== 'number' && issue.origin !== 'int'
        ? 'must not be empty'
        : `must be at least ${issue.minimum}${unitOf(issue.origin)}`;
    case 'too_big':
      return `must be at most ${issue.maximum}${unitOf(issue.origin)}`;
    default:
      return 'is not valid';
  }
}

/** What a bound of text or a list counts; a number counts nothing. */
const unitOf = (origin: string): string => ({ string: ' characters', array: ' items' })[origin] ?? '';

const withArticle = (noun: string) => `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`;
