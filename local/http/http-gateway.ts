import { gatewayRequestId } from '../gateway/gateway-id.ts';
import { integrationTimeout, withinIntegrationTimeout } from '../gateway/time-limit.ts';
import type { Meter } from '../meter.ts';
import type { PublicRequest } from '../public-server.ts';
import type { Clock, Invoke } from '../types.ts';
import { preflightReply, withCors } from './cors.ts';
import type { HttpApi, HttpRoute } from './http-api.ts';
import { createHttpAuthorization } from './http-authorizer.ts';
import { type HttpRequest, httpEvent } from './http-events.ts';
import { type HttpReply, messageReply, replyOf } from './http-reply.ts';
import { matchRoute } from './http-routing.ts';

const integrationTimeoutMs = 30_000;

export type HttpGateway = (request: PublicRequest) => Promise<HttpReply>;

interface Parts {
  invoke: Invoke;
  clock: Clock;
  meter: Meter;
}

/** Serves the HTTP API: CORS, route, authorizer, function, in API Gateway's order. */
export function createHttpGateway(api: HttpApi, parts: Parts): HttpGateway {
  const askAuthorizer = createHttpAuthorization(api, parts);

  async function serve(request: HttpRequest): Promise<HttpReply> {
    const match = matchRoute<HttpRoute>(api.routes, request.method, request.path);
    if (!match) return messageReply(404, 'Not Found');
    const { route, pathParameters } = match;
    const routed = { request, routeKey: route.key, pathParameters };
    const verdict = route.authorizer ? await askAuthorizer(route.authorizer, routed) : undefined;
    if (verdict && !verdict.allowed) return messageReply(verdict.status, refusals[verdict.status]);
    const invocation = parts.invoke(route.functionId, httpEvent(api, routed, verdict?.context));
    const outcome = await withinIntegrationTimeout(invocation, integrationTimeoutMs);
    const timedOut = !outcome.ok && outcome.error.errorType === integrationTimeout;
    return timedOut ? messageReply(503, 'Service Unavailable') : replyOf(outcome);
  }

  return async ({ path: encodedPath, body, ...incoming }) => {
    parts.meter.httpRequest();
    const { origin } = incoming.headers;
    const isPreflight = incoming.method === 'OPTIONS' && 'access-control-request-method' in incoming.headers;
    if (api.cors && origin !== undefined && isPreflight) return preflightReply(api.cors, origin);
    const path = decodePath(encodedPath);
    if (path === undefined) return messageReply(400, 'Bad Request');
    if (body === 'too long') return messageReply(413, 'Request Entity Too Large');
    const reply = await serve({ ...incoming, path, body, requestId: gatewayRequestId(), at: parts.clock.now() });
    return api.cors ? withCors(reply, api.cors, origin) : reply;
  };
}

const refusals = { 401: 'Unauthorized', 403: 'Forbidden', 500: 'Internal Server Error' };

function decodePath(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
