import middy from '@middy/core';
import type * as z from 'zod/mini';
import { type Frame, FrameAddressSchema, FrameSchema, type Reply } from '../../contract/frame.ts';
import { limits } from '../../contract/limits.ts';
import { refuse, refuseFields } from '../domain/chat-error.ts';
import type { Principal } from '../domain/principal.ts';
import { chargeFor } from './charge-for.ts';
import { logInvocation } from './log-invocation.ts';
import { jsonOrNothing, parse, parseJson } from './parse.ts';
import { ConnectionOver, presentPrincipal } from './present-principal.ts';
import { publicError } from './public-error.ts';
import { type Cost, costs, type FrameRules } from './rules.ts';
import { untilKilled } from './until-killed.ts';
import type { FrameEvent, WebSocketResponse } from './websocket-events.ts';

/** Gives the reply's `data`. */
type Run = (principal: Principal, frame: Frame, connectionId: string) => Promise<unknown>;

interface Action {
  cost: Cost;
  run: Run;
}

/** An action: the schema of its frame's `data`, and what it does with what that lets through. */
export const action = <Schema extends z.ZodMiniType>(
  schema: Schema,
  act: (principal: Principal, data: z.output<Schema>, connectionId: string) => Promise<unknown>,
  cost: Cost = costs.usual,
): Action => ({
  cost,
  run: (principal, frame, connectionId) =>
    act(principal, parse(schema, frame.data ?? {}, operationOf(frame)), connectionId),
});

/**
 * One function, one or more actions over WebSocket by name. A refusal is a reply like any other: the invocation succeeds and the
 * connection stays open, unless it is over.
 */
export const frameHandler = (actions: Record<string, Action>, rules: FrameRules) =>
  frames(rules.sayGoodbye).handler(async ({ body, requestContext }) => {
    const frame = frameIn(body);
    // API Gateway routed by its own reading of the body; ours is the one that counts.
    if (!Object.hasOwn(actions, frame.action)) refuseAction('is not unambiguous');
    const { cost, run } = actions[frame.action] ?? refuseAction('is not unambiguous');
    const principal = await presentPrincipal(requestContext, rules);
    // A ban closes connections; one that was being opened at that moment is closed here.
    if (await rules.bans.isBanned(principal.userId)) {
      throw new ConnectionOver('FORBIDDEN', `unable to ${operationOf(frame)}; the user is banned`);
    }
    await chargeFor(rules.limiter, principal, cost, operationOf(frame));
    const data = await run(principal, frame, requestContext.connectionId);
    // Each frame is billed: without an id nobody waits for this one.
    if (frame.id === undefined) return { statusCode: 200 };
    return fitting(replyWith({ reply: frame.action, id: frame.id, ok: true, data }), operationOf(frame));
  });

/** Whatever no route takes: what is no frame at all, and actions that do not exist. */
export const unknownFrameHandler = () =>
  frames().handler(async ({ body }) => {
    frameIn(body);
    return refuseAction('is not known');
  });

const operationOf = ({ action }: Frame): string => `do ${action}`;

const refuseAction = (message: string): never => refuseFields('read the frame', [{ path: 'action', message }]);

/** API Gateway drops what is larger, and closes the connection. */
function fitting(response: WebSocketResponse, operation: string): WebSocketResponse {
  if (Buffer.byteLength(response.body ?? '') <= limits.frameBytes) return response;
  return refuse('PAYLOAD_TOO_LARGE', operation, `the reply is larger than ${limits.frameBytes} bytes; ask by HTTP`);
}

const frames = (sayGoodbye?: FrameRules['sayGoodbye']) =>
  middy<FrameEvent, WebSocketResponse>(untilKilled)
    .use(logInvocation<FrameEvent, WebSocketResponse>(({ requestContext }) => requestContext.routeKey))
    .use({
      onError: async (request) => {
        const { body, requestContext } = request.event;
        const reply = JSON.stringify(errorReply(body, request.error));
        const isSaid =
          request.error instanceof ConnectionOver && (await sayGoodbye?.(requestContext.connectionId, reply));
        request.response = { statusCode: 200, ...(!isSaid && { body: reply }) };
      },
    });

const frameIn = (body: string | undefined): Frame =>
  parse(FrameSchema, parseJson(body, 'read the frame'), 'read the frame');

const replyWith = (reply: Reply): WebSocketResponse => ({ statusCode: 200, body: JSON.stringify(reply) });

function errorReply(body: string | undefined, error: unknown): Reply {
  return { ...addressOf(body), ok: false, error: publicError(error) };
}

/** Whom to answer, as far as it can be told from a frame that may be anything. */
function addressOf(body: string | undefined): { reply: string | null; id: string | null } {
  const address = FrameAddressSchema.safeParse(jsonOrNothing(body));
  return { reply: address.data?.action ?? null, id: address.data?.id ?? null };
}
