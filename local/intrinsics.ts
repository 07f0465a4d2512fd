import type { Json, JsonObject } from './types.ts';

/** What intrinsic functions can refer to. Both throw a sentence when the name means nothing. */
export interface Scope {
  ref(name: string): Json;
  attribute(logicalId: string, attribute: string): Json;
}

type Intrinsic = (argument: Json, scope: Scope) => Json;

/** The intrinsics that CDK emits for this app. Any other stops the start: a value silently left out is worse. */
const intrinsics: Record<string, Intrinsic> = {
  Ref: (name, scope) => scope.ref(text(name, 'Ref')),
  'Fn::GetAtt': getAttribute,
  'Fn::Join': join,
  'Fn::Sub': substitute,
  'Fn::Select': select,
  'Fn::Split': split,
};

/** The value with all intrinsics replaced. */
export function resolve(value: Json, scope: Scope): Json {
  if (Array.isArray(value)) return value.map((item) => resolve(item, scope)).filter((item) => !isNoValue(item));
  if (value === null || typeof value !== 'object') return value;
  const call = intrinsicCall(value);
  if (call) return call.intrinsic(resolveArgument(call.name, call.argument, scope), scope);
  const entries = Object.entries(value).map(([key, item]): [string, Json] => [key, resolve(item, scope)]);
  return Object.fromEntries(entries.filter(([, item]) => !isNoValue(item)));
}

/** Stands for `AWS::NoValue`, which removes the property that it is given to. */
export const noValue: JsonObject = { 'AWS::NoValue': true };

function isNoValue(value: Json): boolean {
  return value === noValue;
}

function intrinsicCall(value: JsonObject): { name: string; argument: Json; intrinsic: Intrinsic } | undefined {
  const [name, ...others] = Object.keys(value);
  if (name === undefined || others.length > 0 || !(name === 'Ref' || name.startsWith('Fn::'))) return undefined;
  const intrinsic = intrinsics[name];
  if (!intrinsic) throw new Error(`the local host does not know the intrinsic function ${name}`);
  return { name, argument: value[name] ?? null, intrinsic };
}

/** `Fn::Sub` resolves its own variables, and only where its text names them. */
function resolveArgument(name: string, argument: Json, scope: Scope): Json {
  return name === 'Ref' || name === 'Fn::Sub' ? argument : resolve(argument, scope);
}

function getAttribute(argument: Json, scope: Scope): Json {
  const [logicalId, ...attribute] = typeof argument === 'string' ? argument.split('.') : list(argument, 'Fn::GetAtt');
  return scope.attribute(text(logicalId, 'Fn::GetAtt'), attribute.join('.'));
}

function join(argument: Json): Json {
  const [separator, parts] = list(argument, 'Fn::Join');
  return list(parts, 'Fn::Join')
    .map((part) => text(part, 'Fn::Join'))
    .join(text(separator, 'Fn::Join'));
}

function substitute(argument: Json, scope: Scope): Json {
  const [template, variables] = typeof argument === 'string' ? [argument, {}] : list(argument, 'Fn::Sub');
  const own = variables !== null && typeof variables === 'object' && !Array.isArray(variables) ? variables : {};
  return text(template, 'Fn::Sub').replaceAll(/\$\{(!?)([^}]+)\}/g, (_whole, literal: string, name: string) => {
    if (literal) return `\${${name}}`;
    return text(name in own ? resolve(own[name] ?? null, scope) : named(name, scope), 'Fn::Sub');
  });
}

function named(name: string, scope: Scope): Json {
  return name.includes('.') && !name.startsWith('AWS::') ? getAttribute(name, scope) : scope.ref(name);
}

function select(argument: Json): Json {
  const [index, items] = list(argument, 'Fn::Select');
  const item = list(items, 'Fn::Select')[Number(index)];
  if (item === undefined) throw new Error(`Fn::Select has no item ${JSON.stringify(index)}`);
  return item;
}

function split(argument: Json): Json {
  const [separator, whole] = list(argument, 'Fn::Split');
  return text(whole, 'Fn::Split').split(text(separator, 'Fn::Split'));
}

function text(value: Json | undefined, intrinsic: string): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw new Error(`${intrinsic} needs a text where it has ${JSON.stringify(value)}`);
}

function list(value: Json | undefined, intrinsic: string): Json[] {
  if (Array.isArray(value)) return value;
  throw new Error(`${intrinsic} needs a list where it has ${JSON.stringify(value)}`);
}
