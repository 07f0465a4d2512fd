import type { Json } from '../types.ts';
import type { HttpReply } from './http-reply.ts';

/** An HTTP API's `CorsConfiguration`. */
export interface CorsRules {
  origins: string[];
  methods: string[];
  headers: string[];
  exposed: string[];
  credentials: boolean;
  maxAgeSeconds: number | undefined;
}

export function corsRulesOf(configuration: Json | undefined): CorsRules | undefined {
  if (configuration === null || typeof configuration !== 'object' || Array.isArray(configuration)) return undefined;
  const texts = (value: Json | undefined) => (Array.isArray(value) ? value.map(String) : []);
  return {
    origins: texts(configuration.AllowOrigins),
    methods: texts(configuration.AllowMethods),
    headers: texts(configuration.AllowHeaders),
    exposed: texts(configuration.ExposeHeaders),
    credentials: configuration.AllowCredentials === true,
    maxAgeSeconds: typeof configuration.MaxAge === 'number' ? configuration.MaxAge : undefined,
  };
}

/** The answer to a preflight, which the gateway gives by itself. */
export function preflightReply(rules: CorsRules, origin: string): HttpReply {
  const headers = isAllowed(rules, origin)
    ? {
        ...sharedHeaders(rules, origin),
        'access-control-allow-methods': rules.methods.join(','),
        'access-control-allow-headers': rules.headers.join(','),
        ...(rules.maxAgeSeconds !== undefined && { 'access-control-max-age': String(rules.maxAgeSeconds) }),
      }
    : {};
  return { status: 204, headers, cookies: [], body: Buffer.alloc(0) };
}

/** With rules in the API, CORS headers of the function are ignored. */
export function withCors(reply: HttpReply, rules: CorsRules, origin: string | undefined): HttpReply {
  const own = Object.entries(reply.headers).filter(([name]) => !name.startsWith('access-control-'));
  const headers = Object.fromEntries(own);
  if (origin === undefined || !isAllowed(rules, origin)) return { ...reply, headers };
  const exposed = rules.exposed.length > 0 && { 'access-control-expose-headers': rules.exposed.join(',') };
  return { ...reply, headers: { ...headers, ...sharedHeaders(rules, origin), ...exposed } };
}

function isAllowed(rules: CorsRules, origin: string): boolean {
  return rules.origins.some((allowed) => allowed === '*' || allowed.toLowerCase() === origin.toLowerCase());
}

function sharedHeaders(rules: CorsRules, origin: string): Record<string, string> {
  const anyOrigin = rules.origins.includes('*') && !rules.credentials;
  return {
    'access-control-allow-origin': anyOrigin ? '*' : origin,
    ...(rules.credentials && { 'access-control-allow-credentials': 'true' }),
    ...(!anyOrigin && { vary: 'Origin' }),
  };
}
