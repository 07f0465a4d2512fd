import type { Json } from './types.ts';

export type Matcher = (value: Json | undefined) => boolean;

/**
 * EventBridge's pattern language, as event source mappings filter with it: an object matches by its keys, a list by any
 * of its alternatives, and a list in the event by any of its elements. What isn't understood stops the start with its
 * name. (`numeric` is left out: numbers of a DynamoDB image are strings, so that it never matches there.)
 */
export function compilePattern(pattern: Json): Matcher {
  if (Array.isArray(pattern)) return leaf(pattern);
  if (typeof pattern !== 'object' || pattern === null) {
    throw new Error(`an event pattern has lists at its ends, not ${JSON.stringify(pattern)}`);
  }
  const fields = Object.entries(pattern).map(([key, inner]) => (key === '$or' ? either(inner) : field(key, inner)));
  return (value) => fields.every((matches) => matches(value));
}

function field(key: string, pattern: Json): Matcher {
  const matches = compilePattern(pattern);
  return (value) => matches(isRecord(value) ? value[key] : undefined);
}

function either(patterns: Json): Matcher {
  if (!Array.isArray(patterns)) throw new Error('$or in an event pattern takes a list');
  const matchers = patterns.map(compilePattern);
  return (value) => matchers.some((matches) => matches(value));
}

function leaf(alternatives: Json[]): Matcher {
  const matchers = alternatives.map(alternative);
  return (value) => {
    const candidates = Array.isArray(value) ? value : [value];
    return matchers.some((matches) => candidates.some(matches));
  };
}

function alternative(wanted: Json): Matcher {
  if (!isRecord(wanted)) return (value) => value === wanted;
  const [name = '', operand = null] = Object.entries(wanted)[0] ?? [];
  const operator = operators[name];
  if (!operator) throw new Error(`the local host does not know ${name} in an event pattern`);
  return operator(operand);
}

const operators: Record<string, (operand: Json) => Matcher> = {
  exists: (wanted) => (value) => (value !== undefined && !isRecord(value)) === wanted,
  prefix: (wanted) => (value) => typeof value === 'string' && value.startsWith(String(wanted)),
  suffix: (wanted) => (value) => typeof value === 'string' && value.endsWith(String(wanted)),
  'equals-ignore-case': (wanted) => (value) =>
    typeof value === 'string' && value.toLowerCase() === String(wanted).toLowerCase(),
  'anything-but': anythingBut,
};

function anythingBut(operand: Json): Matcher {
  const excluded = (Array.isArray(operand) ? operand : [operand]).map(alternative);
  return (value) => value !== undefined && !excluded.some((matches) => matches(value));
}

function isRecord(value: Json | undefined): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
