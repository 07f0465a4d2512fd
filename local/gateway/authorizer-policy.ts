import type { Json } from '../types.ts';

export type Decision = 'Allow' | 'Deny';

interface Statement {
  Effect?: unknown;
  Action?: unknown;
  Resource?: unknown;
}

/** What an authorizer's policy says of this method; nothing when it isn't a policy. A Deny wins over any Allow. */
export function decide(policy: Json | undefined, methodArn: string): Decision | undefined {
  const statements = statementsOf(policy);
  if (!statements?.every(isComplete)) return undefined;
  const effects = statements
    .filter(({ Action, Resource }) => matches(Action, 'execute-api:Invoke') && matches(Resource, methodArn))
    .map(({ Effect }) => Effect);
  return effects.includes('Allow') && !effects.includes('Deny') ? 'Allow' : 'Deny';
}

function statementsOf(policy: Json | undefined): Statement[] | undefined {
  if (policy === null || typeof policy !== 'object' || Array.isArray(policy)) return undefined;
  const { Statement } = policy;
  if (Statement === null || typeof Statement !== 'object') return undefined;
  return [Statement].flat() as Statement[];
}

function isComplete({ Effect, Action, Resource }: Statement): boolean {
  return (Effect === 'Allow' || Effect === 'Deny') && Action !== undefined && Resource !== undefined;
}

function matches(patterns: unknown, value: string): boolean {
  return [patterns].flat().some((pattern) => typeof pattern === 'string' && wildcard(pattern).test(value));
}

function wildcard(pattern: string): RegExp {
  const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'i');
}
