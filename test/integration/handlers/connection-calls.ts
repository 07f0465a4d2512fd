import type { Ban } from '../../../contract/ban.ts';
import type { Reply } from '../../../contract/frame.ts';
import type { FrameEvent, WebSocketResponse } from '../../../lambdas/edge/websocket-events.ts';
import { authorized, connectEvent, context, disconnectEvent, frameEvent } from '../../helpers/events.ts';
import { ask } from './answers.ts';
import type { Caller } from './backend.ts';

/** A connection, and until when its token was good when it was opened. */
export interface Opened extends Caller {
  expiresAtMs: number;
}

/** What a client can do about its own connections, by the exported handlers, over a backend that runs. */
export async function connectionCalls() {
  const connect = (await import('../../../lambdas/websocket/connect.lambda.ts')).handler;
  const disconnect = (await import('../../../lambdas/websocket/disconnect.lambda.ts')).handler;
  const manage = (await import('../../../lambdas/http/manage-connections.lambda.ts')).handler;
  const moderate = (await import('../../../lambdas/http/moderate.lambda.ts')).handler;
  const frames = {
    ping: (await import('../../../lambdas/websocket/ping.lambda.ts')).handler,
    'auth.refresh': (await import('../../../lambdas/websocket/refresh-token.lambda.ts')).handler,
    'conversation.join': (await import('../../../lambdas/websocket/join-conversation.lambda.ts')).handler,
    'message.send': (await import('../../../lambdas/websocket/send-message.lambda.ts')).handler,
  } satisfies Record<string, (event: FrameEvent, _: typeof context) => Promise<WebSocketResponse>>;

  const admin = { authorizer: { ...authorized('admin'), scope: 'chat:admin' } };

  return {
    connect: ({ expiresAtMs, ...caller }: Opened) =>
      connect(connectEvent({ ...caller, expiresAt: String(expiresAtMs) }), context),
    /** `connectedAt`: when the handshake began. */
    disconnect: (caller: Caller, connectedAt = 0) => disconnect(disconnectEvent({ ...caller, connectedAt }), context),
    /** Nothing where the answer does not go out as the route's response. */
    async frame({ expiresAtMs, ...caller }: Opened, action: keyof typeof frames, data: object) {
      const event = frameEvent({ action, id: '1', data }, { ...caller, expiresAt: String(expiresAtMs) });
      const { body } = await frames[action](event, context);
      return body === undefined ? undefined : (JSON.parse(body) as Reply);
    },
    closeAll: (userId: string) => ask<object>(manage, 'DELETE /v1/users/me/connections', { userId }),
    ban: (userId: string, body?: object) =>
      ask<{ ban: Ban }>(moderate, 'PUT /v1/admin/bans/{userId}', { ...admin, params: { userId }, body }),
    liftBan: (userId: string) =>
      ask<object>(moderate, 'DELETE /v1/admin/bans/{userId}', { ...admin, params: { userId } }),
  };
}
export type ConnectionCalls = Awaited<ReturnType<typeof connectionCalls>>;
