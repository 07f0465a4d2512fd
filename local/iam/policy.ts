import type { Json, JsonObject } from '../types.ts';

/** What a request is about, for conditions: key → values, for example `aws:SecureTransport` → `['true']`. */
export type Context = Record<string, string[]>;

type Test = (value: string) => boolean;

export interface Statement {
  allows: boolean;
  covers(action: string, resource: string, context: Context): boolean;
}

/**
 * A condition operator: does any of the request's values satisfy any of the policy's? Of a key that the request lacks
 * `ForAllValues` holds, as on AWS: an action without leading keys, such as Scan, needs a policy that doesn't name it.
 */
const operators: Record<string, (actual: string[], wanted: string[]) => boolean> = {
  StringEquals: (actual, wanted) => actual.some((value) => wanted.includes(value)),
  StringNotEquals: (actual, wanted) => !actual.some((value) => wanted.includes(value)),
  StringLike: (actual, wanted) => actual.some(anyOf(wanted, 'exact')),
  ArnEquals: (actual, wanted) => actual.some(anyOf(wanted, 'exact')),
  ArnLike: (actual, wanted) => actual.some(anyOf(wanted, 'exact')),
  Bool: (actual, wanted) => actual.some((value) => wanted.includes(value.toLowerCase())),
  'ForAllValues:StringEquals': (actual, wanted) => actual.every((value) => wanted.includes(value)),
  'ForAllValues:StringLike': (actual, wanted) => actual.every(anyOf(wanted, 'exact')),
  'ForAnyValue:StringEquals': (actual, wanted) => actual.some((value) => wanted.includes(value)),
  'ForAnyValue:StringLike': (actual, wanted) => actual.some(anyOf(wanted, 'exact')),
  Null: (actual, wanted) => wanted.includes(String(actual.length === 0)),
};

/** The condition keys that requests here carry. */
const conditionKeys = new Set(['aws:SecureTransport', 'dynamodb:LeadingKeys', 'iam:PassedToService']);

const understood = new Set(['Sid', 'Effect', 'Action', 'Resource', 'Condition']);

/** Reads a policy document. What it doesn't understand stops the start: guessing would allow what AWS denies. */
export function statementsOf(document: Json | undefined): Statement[] {
  if (!isObject(document)) return [];
  return listOf(document.Statement).filter(isObject).map(statementOf);
}

function statementOf(statement: JsonObject): Statement {
  const unknown = Object.keys(statement).find((key) => !understood.has(key));
  if (unknown) throw new Error(`the local host does not understand ${unknown} in an IAM policy`);
  const action = anyOf(stringsOf(statement.Action), 'ignore case');
  const resource = anyOf(stringsOf(statement.Resource), 'exact');
  const conditions = conditionsOf(statement.Condition);
  return {
    allows: statement.Effect === 'Allow',
    covers: (wantedAction, wantedResource, context) =>
      action(wantedAction) && resource(wantedResource) && conditions.every((holds) => holds(context)),
  };
}

function conditionsOf(condition: Json | undefined): ((context: Context) => boolean)[] {
  if (!isObject(condition)) return [];
  return Object.entries(condition).flatMap(([name, keys]) => {
    const operator = operators[name];
    if (!operator) throw new Error(`the local host does not understand the IAM condition operator ${name}`);
    return Object.entries(isObject(keys) ? keys : {}).map(([key, wanted]) => {
      if (!conditionKeys.has(key)) throw new Error(`the local host does not understand the IAM condition key ${key}`);
      const values = stringsOf(wanted);
      return (context: Context) => operator(context[key] ?? [], values);
    });
  });
}

/** `*` stands for any text and `?` for one character; actions are compared without regard to case, ARNs with. */
function anyOf(patterns: string[], mode: 'exact' | 'ignore case'): Test {
  const expressions = patterns.map((pattern) => {
    const escaped = pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.');
    return new RegExp(`^${escaped}$`, mode === 'exact' ? 's' : 'is');
  });
  return (value) => expressions.some((expression) => expression.test(value));
}

function listOf(value: Json | undefined): Json[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function stringsOf(value: Json | undefined): string[] {
  return listOf(value).map(String);
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
