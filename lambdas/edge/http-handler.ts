import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import * as z from 'zod/mini';
import { limits } from '../../contract/limits.ts';
import { refuse } from '../domain/chat-error.ts';
import type { Principal } from '../domain/principal.ts';
import { chargeFor } from './charge-for.ts';
import { logInvocation } from './log-invocation.ts';
import { parse, parseJson } from './parse.ts';
import { principalFrom } from './principal-context.ts';
import { problemResponse } from './problem-response.ts';
import { type Cost, costs, type EdgeRules } from './rules.ts';
import { untilKilled } from './until-killed.ts';

/** A payload 2.0 event behind our authorizer. */
export type HttpEvent = APIGatewayProxyEventV2 & {
  requestContext: { authorizer?: { lambda?: Record<string, unknown> | null } };
};

export type HttpResponse = APIGatewayProxyStructuredResultV2;

/** What a route answers with; no body leaves nothing to say. */
export interface Answer {
  status: number;
  body?: unknown;
}

export interface RouteSchemas<Params, Query, Body extends z.ZodMiniType> {
  /** What the route does, as in `unable to <operation>`. */
  operation: string;
  params?: Params;
  query?: Query;
  body?: Body;
  /** No body at all is `{}`, where a request can do without saying anything. */
  isBodyOptional?: boolean;
  cost?: Cost;
  /** What it costs beside that, where a request asks for several things at once. */
  furtherWeight?: (body: z.output<Body>) => number;
}

export type Nothing = typeof nothing;
const nothing = z.strictObject({});

interface Route {
  operation: string;
  cost: Cost;
  run: (principal: Principal, event: HttpEvent, charge: (weight: number) => Promise<void>) => Promise<Answer>;
}

export interface Input<Params extends z.ZodMiniType, Query extends z.ZodMiniType, Body extends z.ZodMiniType> {
  params: z.output<Params>;
  query: z.output<Query>;
  body: z.output<Body>;
}

/** A route: its schemas, and what it does with what they let through. A route without a schema takes nothing there. */
export function route<
  Params extends z.ZodMiniType = Nothing,
  Query extends z.ZodMiniType = Nothing,
  Body extends z.ZodMiniType = Nothing,
>(
  schemas: RouteSchemas<Params, Query, Body>,
  act: (principal: Principal, input: Input<Params, Query, Body>) => Promise<Answer>,
): Route {
  const { operation, params, query, body, isBodyOptional = false, cost = costs.usual, furtherWeight } = schemas;
  const read = <Schema extends z.ZodMiniType>(schema: Schema | undefined, value: unknown) =>
    // Without a schema the type says `Nothing`, whose output is what the strict empty object lets through.
    parse(schema ?? nothing, value, operation) as z.output<Schema>;
  return {
    operation,
    cost,
    async run(principal, event, charge) {
      const input = {
        params: read(params, event.pathParameters ?? {}),
        query: read(query, event.queryStringParameters ?? {}),
        body: read(body, body && !(isBodyOptional && !event.body) ? jsonBody(event, operation) : {}),
      };
      if (furtherWeight) await charge(furtherWeight(input.body));
      return act(principal, input);
    },
  };
}

/** One function, one or more routes of the HTTP API by route key. */
export const httpHandler = (routes: Record<string, Route>, { clock, limiter, bans }: EdgeRules) =>
  requests().handler(async (event) => {
    const { lambda } = event.requestContext.authorizer ?? {};
    const principal = principalFrom(lambda ?? undefined, clock);
    const known = routes[event.routeKey] ?? refuse('INTERNAL', 'find the route', 'this function does not have it');
    const { operation, cost, run } = known;
    if (await bans.isBanned(principal.userId)) refuse('FORBIDDEN', operation, 'the user is banned');
    const charge = (weight: number) => chargeFor(limiter, principal, { ...cost, weight }, operation);
    await charge(cost.weight);
    return response(await run(principal, event, charge));
  });

/** Whatever no route takes, whoever asks. */
export const unknownRouteHandler = () =>
  requests().handler(async () => refuse('NOT_FOUND', 'find the route', 'there is no such route'));

const requests = () =>
  middy<HttpEvent, HttpResponse>(untilKilled)
    .use(logInvocation<HttpEvent, HttpResponse>(({ routeKey }) => routeKey))
    .use({
      onError: (request) => {
        request.response = problemResponse(request.error, request.event.requestContext.requestId);
      },
    });

function jsonBody(event: HttpEvent, operation: string): unknown {
  const text = event.isBase64Encoded ? Buffer.from(event.body ?? '', 'base64').toString() : event.body;
  if (Buffer.byteLength(text ?? '') > limits.bodyBytes) {
    refuse('PAYLOAD_TOO_LARGE', operation, `a body has at most ${limits.bodyBytes} bytes`);
  }
  return parseJson(text, operation);
}

const response = ({ status, body }: Answer): HttpResponse =>
  body === undefined
    ? { statusCode: status }
    : { statusCode: status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
