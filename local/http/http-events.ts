import { requestTime } from '../gateway/request-time.ts';
import type { JsonObject } from '../types.ts';
import type { HttpApi } from './http-api.ts';

/** A request as the gateway saw it. */
export interface HttpRequest {
  method: string;
  /** Decoded, as HTTP APIs hand it on (REST APIs and function URLs don't). */
  path: string;
  rawQuery: string;
  /** Names in lower case, repeated ones joined by commas. */
  headers: Record<string, string>;
  body: Buffer;
  sourceIp: string;
  requestId: string;
  at: number;
}

export interface RoutedRequest {
  request: HttpRequest;
  routeKey: string;
  pathParameters: Record<string, string>;
}

/** The event of payload format 2.0. Whatever there is none of is absent. */
export function httpEvent(api: HttpApi, routed: RoutedRequest, authorizerContext: JsonObject | undefined): JsonObject {
  const { request } = routed;
  const isText = isTextType(request.headers['content-type']);
  return {
    version: '2.0',
    ...requestFields(api, routed, authorizerContext),
    ...(request.body.length > 0 && { body: request.body.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: request.body.length > 0 && !isText,
  };
}

export function httpAuthorizerEvent(api: HttpApi, routed: RoutedRequest, identity: string[] | undefined): JsonObject {
  return {
    version: '2.0',
    type: 'REQUEST',
    routeArn: `${api.arn}/${routed.request.method}${routed.request.path}`,
    identitySource: identity ?? null,
    ...requestFields(api, routed, undefined),
  };
}

function requestFields(api: HttpApi, routed: RoutedRequest, authorizerContext: JsonObject | undefined): JsonObject {
  const { request, routeKey, pathParameters } = routed;
  const { cookie, ...headers } = request.headers;
  const query = joined(new URLSearchParams(request.rawQuery));
  return {
    routeKey,
    rawPath: request.path,
    rawQueryString: request.rawQuery,
    ...(cookie !== undefined && { cookies: cookie.split('; ') }),
    headers,
    ...(Object.keys(query).length > 0 && { queryStringParameters: query }),
    requestContext: requestContext(api, request, routeKey, authorizerContext),
    ...(Object.keys(pathParameters).length > 0 && { pathParameters }),
  };
}

function requestContext(
  api: HttpApi,
  request: HttpRequest,
  routeKey: string,
  authorizerContext: JsonObject | undefined,
): JsonObject {
  return {
    accountId: api.accountId,
    apiId: api.id,
    ...(authorizerContext && { authorizer: { lambda: authorizerContext } }),
    domainName: api.domainName,
    domainPrefix: api.id,
    http: {
      method: request.method,
      path: request.path,
      protocol: 'HTTP/1.1',
      sourceIp: request.sourceIp,
      userAgent: request.headers['user-agent'] ?? '',
    },
    requestId: request.requestId,
    routeKey,
    stage: api.stage,
    time: requestTime(request.at),
    timeEpoch: request.at,
  };
}

function joined(parameters: URLSearchParams): Record<string, string> {
  const names = [...new Set(parameters.keys())];
  return Object.fromEntries(names.map((name) => [name, parameters.getAll(name).join(',')]));
}

/** Bodies of any other type, a form's among them, reach the function in base64. */
function isTextType(contentType: string | undefined): boolean {
  if (contentType === undefined) return true;
  return /^(text\/|application\/(json|xml|javascript)\b|application\/[\w.-]+\+(json|xml)\b)/i.test(contentType);
}
