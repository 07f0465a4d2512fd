import middy from '@middy/core';
import type * as z from 'zod/mini';
import { type Frame, FrameAddressSchema, FrameSchema, type Reply } from '../../contract/frame.ts';
import type { Clock } from '../app/ports.ts';
import { refuseFields } from '../domain/chat-error.ts';
import type { Principal } from '../domain/principal.ts';
import { logInvocation } from './log-invocation.ts';
import { jsonOrNothing, parse, parseJson } from './parse.ts';
import { principalFrom } from './principal-context.ts';
import { publicError } from './public-error.ts';
import type { FrameEvent, WebSocketResponse } from './websocket-events.ts';

/** Gives the reply's `data`. */
type Run = (principal: Principal, frame: Frame, connectionId: string) => Promise<unknown>;

/** An action: the schema of its frame's `data`, and what it does with what that lets through. */
export const action =
  <Schema extends z.ZodMiniType>(
    schema: Schema,
    act: (principal: Principal, data: z.output<Schema>, connectionId: string) => Promise<unknown>,
  ): Run =>
  (principal, frame, connectionId) =>
    act(principal, parse(schema, frame.data ?? {}, `do ${frame.action}`), connectionId);

/**
 * One function, one or more actions over WebSocket by name. A refusal is a reply like any other: the invocation succeeds and the
 * connection stays open.
 */
export const frameHandler = (actions: Record<string, Run>, clock: Pick<Clock, 'now'>) =>
  frames().handler(async ({ body, requestContext }) => {
    const frame = frameIn(body);
    const run = Object.hasOwn(actions, frame.action) ? actions[frame.action] : undefined;
    // API Gateway routed by its own reading of the body; ours is the one that counts.
    if (!run) return refuseFields('read the frame', [{ path: 'action', message: 'is not unambiguous' }]);
    const principal = principalFrom(requestContext.authorizer, clock);
    const data = await run(principal, frame, requestContext.connectionId);
    // Each frame is billed: without an id nobody waits for this one.
    if (frame.id === undefined) return { statusCode: 200 };
    return replyWith({ reply: frame.action, id: frame.id, ok: true, data });
  });

/** Whatever no route takes: what is no frame at all, and actions that do not exist. */
export const unknownFrameHandler = () =>
  frames().handler(async ({ body }) => {
    frameIn(body);
    return refuseFields('read the frame', [{ path: 'action', message: 'is not known' }]);
  });

const frames = () =>
  middy<FrameEvent, WebSocketResponse>()
    .use(logInvocation<FrameEvent, WebSocketResponse>(({ requestContext }) => requestContext.routeKey))
    .use({
      onError: (request) => {
        request.response = replyWith(errorReply(request.event.body, request.error));
      },
    });

const frameIn = (body: string | undefined): Frame =>
  parse(FrameSchema, parseJson(body, 'read the frame'), 'read the frame');

const replyWith = (reply: Reply): WebSocketResponse => ({ statusCode: 200, body: JSON.stringify(reply) });

function errorReply(body: string | undefined, error: unknown): Reply {
  const { code, message, errors } = publicError(error);
  return { ...addressOf(body), ok: false, error: { code, message, ...(errors && { errors }) } };
}

/** Whom to answer, as far as it can be told from a frame that may be anything. */
function addressOf(body: string | undefined): { reply: string | null; id: string | null } {
  const address = FrameAddressSchema.safeParse(jsonOrNothing(body));
  return { reply: address.data?.action ?? null, id: address.data?.id ?? null };
}
