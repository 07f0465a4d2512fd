import { decide } from '../gateway/authorizer-policy.ts';
import type { InvocationOutcome, Invoke, Json, JsonObject } from '../types.ts';
import type { WebSocketApi } from './websocket-api.ts';
import type { Handshake } from './websocket-events.ts';

export type Authorization = { status: 401 | 403 | 500 } | { context: JsonObject };

const maxResultBytes = 8 * 1024;

/** Asks the API's authorizer; what it says of the caller becomes `requestContext.authorizer` of every later event. */
export async function authorize(
  api: WebSocketApi,
  invoke: Invoke,
  event: JsonObject,
  handshake: Handshake,
): Promise<Authorization> {
  if (!api.authorizer) return { context: {} };
  // AWS answers without asking the function when an identity source is missing.
  if (!api.authorizer.identitySources.every((source) => isPresent(source, handshake))) return { status: 401 };
  const startedAt = performance.now();
  const outcome = await invoke(api.authorizer.functionId, event);
  const latency = Math.round(performance.now() - startedAt);
  return verdict(outcome, `${api.arn}/$connect`, latency);
}

export function verdict(outcome: InvocationOutcome, methodArn: string, integrationLatency: number): Authorization {
  if (!outcome.ok) return { status: outcome.error.errorMessage === 'Unauthorized' ? 401 : 500 };
  const answer = outcome.payload;
  if (answer === null || typeof answer !== 'object' || Array.isArray(answer)) return { status: 500 };
  const decision = decide(answer.policyDocument, methodArn);
  const context = stringified(answer.context ?? {});
  if (!decision || !context || typeof answer.principalId !== 'string') return { status: 500 };
  if (JSON.stringify(answer).length > maxResultBytes) return { status: 500 };
  if (decision === 'Deny') return { status: 403 };
  return { context: { principalId: answer.principalId, integrationLatency, ...context } };
}

/** Context values arrive as texts; nested ones make API Gateway fail. */
function stringified(context: Json): JsonObject | undefined {
  if (context === null || typeof context !== 'object' || Array.isArray(context)) return undefined;
  const entries = Object.entries(context);
  if (entries.some(([, value]) => value !== null && typeof value === 'object')) return undefined;
  return Object.fromEntries(entries.map(([key, value]) => [key, String(value)]));
}

function isPresent(source: string, { rawHeaders, query }: Handshake): boolean {
  const [, kind, name = ''] = /^route\.request\.(header|querystring)\.(.+)$/.exec(source) ?? [];
  if (kind === 'querystring') return Boolean(query.get(name));
  const index = rawHeaders.findIndex((item, at) => at % 2 === 0 && item.toLowerCase() === name.toLowerCase());
  return kind === 'header' && index >= 0 && Boolean(rawHeaders[index + 1]);
}
