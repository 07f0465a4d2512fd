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

export interface FrameRoute<Schema extends z.ZodMiniType> {
  action: string;
  /** Of the frame's `data`. */
  schema: Schema;
  clock: Pick<Clock, 'now'>;
  /** Gives the reply's `data`. */
  act: (principal: Principal, data: z.output<Schema>, connectionId: string) => Promise<unknown>;
}

/** One action over WebSocket. A refusal is a reply like any other: the invocation succeeds and the connection stays open. */
export const frameHandler = <Schema extends z.ZodMiniType>({ action, schema, clock, act }: FrameRoute<Schema>) =>
  frames(action).handler(async ({ body, requestContext }) => {
    const frame = frameIn(body);
    // API Gateway routed by its own reading of the body; ours is the one that counts.
    if (frame.action !== action) refuseFields('read the frame', [{ path: 'action', message: 'is not unambiguous' }]);
    const principal = principalFrom(requestContext.authorizer, clock);
    const data = parse(schema, frame.data ?? {}, `do ${action}`);
    const answer = await act(principal, data, requestContext.connectionId);
    // Each frame is billed: without an id nobody waits for this one.
    if (frame.id === undefined) return { statusCode: 200 };
    return replyWith({ reply: action, id: frame.id, ok: true, data: answer });
  });

/** Whatever no route takes: what is no frame at all, and actions that do not exist. */
export const unknownFrameHandler = () =>
  frames('$default').handler(async ({ body }) => {
    frameIn(body);
    return refuseFields('read the frame', [{ path: 'action', message: 'is not known' }]);
  });

const frames = (action: string) =>
  middy<FrameEvent, WebSocketResponse>()
    .use(logInvocation(() => action))
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
