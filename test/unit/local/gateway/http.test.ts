import { describe, expect, test } from 'vitest';
import { preflightReply, withCors } from '../../../../local/http/cors.ts';
import { verdictOf } from '../../../../local/http/http-authorizer.ts';
import { httpAuthorizerEvent, httpEvent } from '../../../../local/http/http-events.ts';
import { jsonReply, replyOf } from '../../../../local/http/http-reply.ts';
import { matchRoute, routePattern } from '../../../../local/http/http-routing.ts';
import { isOwnRequest } from '../../../../local/same-origin.ts';
import type { Json } from '../../../../local/types.ts';

describe('routes', () => {
  const routes = [
    '$default',
    'ANY /v1/users/me',
    'GET /v1/users/me',
    'GET /v1/users/{userId}',
    'GET /v1/users/{userId}/devices/{deviceId}',
    'GET /v1/{proxy+}',
  ].map(routePattern);

  test.each<[string, string, string, string, Record<string, string>]>([
    ['a fixed path beats a parameter', 'GET', '/v1/users/me', 'GET /v1/users/me', {}],
    ['a method of its own beats ANY', 'PUT', '/v1/users/me', 'ANY /v1/users/me', {}],
    ['a parameter takes one segment', 'GET', '/v1/users/a.b', 'GET /v1/users/{userId}', { userId: 'a.b' }],
    [
      'parameters are named',
      'GET',
      '/v1/users/a/devices/d',
      'GET /v1/users/{userId}/devices/{deviceId}',
      { userId: 'a', deviceId: 'd' },
    ],
    ['a greedy one takes the rest', 'GET', '/v1/x/y/z', 'GET /v1/{proxy+}', { proxy: 'x/y/z' }],
    ['an empty segment is no parameter', 'GET', '/v1/users/', 'GET /v1/{proxy+}', { proxy: 'users/' }],
    ['anything else is the default route', 'DELETE', '/v1/other', '$default', {}],
    ['a dot in a route is just a dot', 'DELETE', '/v1xusers/me', '$default', {}],
  ])('%s', (_sentence, method, path, key, pathParameters) => {
    expect(matchRoute(routes, method, path)).toMatchObject({ route: { key }, pathParameters });
  });

  test('without a default route there may be no match', () => {
    expect(matchRoute([routePattern('GET /a')], 'POST', '/a')).toBeUndefined();
  });
});

const api = {
  id: 'abcdefghij',
  accountId: '000000000000',
  stage: '$default',
  domainName: 'abcdefghij.execute-api.us-east-1.amazonaws.com',
  arn: 'arn:aws:execute-api:us-east-1:000000000000:abcdefghij/$default',
  routes: [],
};
const request = {
  method: 'POST',
  path: '/v1/a b',
  rawQuery: 'x=1&x=2&y=%20',
  headers: { 'content-type': 'application/json', cookie: 'a=1; b=2', 'user-agent': 'curl' },
  body: Buffer.from('{"t":"é"}'),
  sourceIp: '127.0.0.1',
  requestId: 'r=',
  at: Date.UTC(2026, 0, 2, 3, 4, 5),
};
const routed = { request, routeKey: 'POST /v1/{name}', pathParameters: { name: 'a b' } };
const shared = {
  version: '2.0',
  routeKey: 'POST /v1/{name}',
  rawPath: '/v1/a b',
  rawQueryString: 'x=1&x=2&y=%20',
  cookies: ['a=1', 'b=2'],
  headers: { 'content-type': 'application/json', 'user-agent': 'curl' },
  queryStringParameters: { x: '1,2', y: ' ' },
  pathParameters: { name: 'a b' },
};
const context = {
  accountId: '000000000000',
  apiId: 'abcdefghij',
  domainName: api.domainName,
  domainPrefix: 'abcdefghij',
  http: { method: 'POST', path: '/v1/a b', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'curl' },
  requestId: 'r=',
  routeKey: 'POST /v1/{name}',
  stage: '$default',
  time: '02/Jan/2026:03:04:05 +0000',
  timeEpoch: request.at,
};

describe('events of payload format 2.0', () => {
  test('a request with everything', () => {
    expect(httpEvent(api, routed, { userId: 'alice' })).toEqual({
      ...shared,
      requestContext: { ...context, authorizer: { lambda: { userId: 'alice' } } },
      body: '{"t":"é"}',
      isBase64Encoded: false,
    });
  });

  test('a bare request has no empty fields', () => {
    const bare = { ...request, headers: {}, rawQuery: '', body: Buffer.alloc(0) };
    const event = httpEvent(api, { request: bare, routeKey: '$default', pathParameters: {} }, undefined);
    const fields = ['version', 'routeKey', 'rawPath', 'rawQueryString', 'headers', 'requestContext', 'isBase64Encoded'];
    expect(Object.keys(event)).toEqual(fields);
  });

  test.each([
    ['application/json; charset=utf-8', false],
    ['application/problem+json', false],
    ['text/plain', false],
    ['application/x-www-form-urlencoded', true],
    ['application/octet-stream', true],
  ])('a body of %s is in base64: %s', (type, encoded) => {
    const event = httpEvent(api, { ...routed, request: { ...request, headers: { 'content-type': type } } }, undefined);
    expect(event).toMatchObject({ isBase64Encoded: encoded, body: request.body.toString(encoded ? 'base64' : 'utf8') });
  });

  test('the authorizer gets the route and its identity', () => {
    expect(httpAuthorizerEvent(api, routed, ['Bearer t'])).toEqual({
      ...shared,
      type: 'REQUEST',
      routeArn: `${api.arn}/POST/v1/a b`,
      identitySource: ['Bearer t'],
      requestContext: context,
    });
  });
});

const returned = (payload?: Json) => ({ ok: true as const, payload });
const thrown = (errorMessage: string) => ({ ok: false as const, error: { errorType: 'Error', errorMessage } });

describe('replies', () => {
  test.each<[string, Parameters<typeof replyOf>[0], number, string]>([
    ['a status and a body', returned({ statusCode: 201, body: 'x' }), 201, 'x'],
    ['a body in base64', returned({ statusCode: 200, body: 'eA==', isBase64Encoded: true }), 200, 'x'],
    ['no status: the value itself', returned({ a: 1 }), 200, '{"a":1}'],
    ['no status: a text itself', returned('hi'), 200, 'hi'],
    ['a status that is none', returned({ statusCode: 'x' }), 500, '{"message":"Internal Server Error"}'],
    ['an error', thrown('boom'), 500, '{"message":"Internal Server Error"}'],
  ])('%s', (_sentence, outcome, status, body) => {
    const reply = replyOf(outcome);
    expect({ status: reply.status, body: reply.body.toString() }).toEqual({ status, body });
  });

  test('header names are lower-cased, cookies are kept apart', () => {
    const reply = replyOf(returned({ statusCode: 204, headers: { 'X-A': 1 }, cookies: ['a=1', 'b=2'] }));
    expect(reply).toMatchObject({ headers: { 'x-a': '1' }, cookies: ['a=1', 'b=2'] });
  });
});

describe('simple authorizers', () => {
  test.each<[string, Parameters<typeof verdictOf>[0], unknown]>([
    ['authorized', returned({ isAuthorized: true, context: { n: 1 } }), { allowed: true, context: { n: 1 } }],
    ['not authorized', returned({ isAuthorized: false }), { allowed: false, status: 403 }],
    ['Unauthorized thrown', thrown('Unauthorized'), { allowed: false, status: 401 }],
    ['anything else thrown', thrown('x'), { allowed: false, status: 500 }],
    ['a policy instead', returned({ policyDocument: {} }), { allowed: false, status: 500 }],
    ['nothing', returned(), { allowed: false, status: 500 }],
  ])('%s', (_sentence, outcome, expected) => {
    expect(verdictOf(outcome)).toEqual(expected);
  });
});

describe('CORS', () => {
  const rules = {
    origins: ['https://app.example.com'],
    methods: ['GET', 'POST'],
    headers: ['authorization'],
    exposed: ['x-request-id'],
    credentials: false,
    maxAgeSeconds: 60,
  };
  const reply = { ...jsonReply(200, {}), headers: { 'access-control-allow-origin': '*', 'x-a': '1' } };

  test('a preflight from an allowed origin is told what it may do', () => {
    expect(preflightReply(rules, 'https://app.example.com')).toMatchObject({
      status: 204,
      headers: {
        'access-control-allow-origin': 'https://app.example.com',
        'access-control-allow-methods': 'GET,POST',
        'access-control-allow-headers': 'authorization',
        'access-control-max-age': '60',
      },
    });
  });

  test('another origin is told nothing', () => {
    expect(preflightReply(rules, 'https://evil.test').headers).toEqual({});
  });

  test("the function's own CORS headers are dropped for the API's", () => {
    expect(withCors(reply, rules, undefined).headers).toEqual({ 'x-a': '1' });
    expect(withCors(reply, rules, 'https://app.example.com').headers).toEqual({
      'x-a': '1',
      vary: 'Origin',
      'access-control-allow-origin': 'https://app.example.com',
      'access-control-expose-headers': 'x-request-id',
    });
  });
});

describe('requests from elsewhere', () => {
  test.each<[string, string | undefined, string | undefined, boolean]>([
    ['no origin comes from no page', 'localhost:4000', undefined, true],
    ['by number', '127.0.0.1:4000', undefined, true],
    ['by IPv6 number', '[::1]:4000', 'http://localhost:4000', true],
    ['its own page', 'localhost:4000', 'http://localhost:4000', true],
    ['a rebound name', 'evil.test:4000', undefined, false],
    ['another port', 'localhost:4001', undefined, false],
    ['no host', undefined, undefined, false],
    ['a foreign page', 'localhost:4000', 'https://evil.test', false],
    ['a page in a sandbox', 'localhost:4000', 'null', false],
    ['a page of another port', 'localhost:4000', 'http://localhost:3000', true],
    ['a page by number', 'localhost:4000', 'https://127.0.0.1', true],
    ['a name that ends alike', 'localhost:4000', 'http://evil-localhost', false],
    ['a name that begins alike', 'localhost:4000', 'http://localhost:4000.evil.test', false],
  ])('%s', (_sentence, host, origin, own) => {
    expect(isOwnRequest({ host, origin }, 4000)).toBe(own);
  });
});
