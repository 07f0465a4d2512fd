import type { Clock, InvocationOutcome, Invoke, JsonObject } from '../types.ts';
import type { HttpApi, HttpAuthorizer } from './http-api.ts';
import { httpAuthorizerEvent, type RoutedRequest } from './http-events.ts';

export type HttpVerdict =
  | { allowed: true; context: JsonObject | undefined }
  | { allowed: false; status: 401 | 403 | 500 };

export type AskAuthorizer = (authorizer: HttpAuthorizer, routed: RoutedRequest) => Promise<HttpVerdict>;

/** Asks authorizers, and remembers their answers by identity source where the template says for how long. */
export function createHttpAuthorization(
  api: HttpApi,
  { invoke, clock }: { invoke: Invoke; clock: Clock },
): AskAuthorizer {
  const remembered = new Map<string, { verdict: HttpVerdict; until: number }>();
  return async (authorizer, routed) => {
    const identity = authorizer.identitySources.map((source) => identityOf(source, routed));
    // AWS answers without asking the function when an identity source is missing.
    if (identity.some((value) => !value)) return { allowed: false, status: 401 };
    const cached = authorizer.cacheSeconds > 0 && identity.length > 0;
    const key = JSON.stringify([authorizer.functionId, identity]);
    const known = cached ? remembered.get(key) : undefined;
    if (known && known.until > clock.now()) return known.verdict;
    const event = httpAuthorizerEvent(api, routed, identity.length > 0 ? identity : undefined);
    const verdict = verdictOf(await invoke(authorizer.functionId, event));
    if (cached) remembered.set(key, { verdict, until: clock.now() + authorizer.cacheSeconds * 1000 });
    return verdict;
  };
}

export function verdictOf(outcome: InvocationOutcome): HttpVerdict {
  if (!outcome.ok) return { allowed: false, status: outcome.error.errorMessage === 'Unauthorized' ? 401 : 500 };
  const answer = outcome.payload;
  if (answer === null || typeof answer !== 'object' || Array.isArray(answer)) return { allowed: false, status: 500 };
  if (typeof answer.isAuthorized !== 'boolean') return { allowed: false, status: 500 };
  if (!answer.isAuthorized) return { allowed: false, status: 403 };
  const { context } = answer;
  const isContext = context !== null && typeof context === 'object' && !Array.isArray(context);
  return { allowed: true, context: isContext ? context : undefined };
}

function identityOf(source: string, { request, routeKey }: RoutedRequest): string {
  const [, kind, name = ''] = /^\$request\.(header|querystring)\.(.+)$/.exec(source) ?? [];
  if (kind === 'header') return request.headers[name.toLowerCase()] ?? '';
  if (kind === 'querystring') return new URLSearchParams(request.rawQuery).get(name) ?? '';
  if (source === '$context.routeKey') return routeKey;
  throw new Error(`the local host does not know the identity source ${source}`);
}
