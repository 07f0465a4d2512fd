import type { Reply } from '../../../contract/frame.ts';
import { context, frameEvent } from '../../helpers/events.ts';
import type { Caller } from './backend.ts';

/** What a connection can do in a room, by the exported handlers, over a backend that runs. */
export async function roomCalls() {
  const join = (await import('../../../lambdas/websocket/join-conversation.lambda.ts')).handler;
  const relay = (await import('../../../lambdas/websocket/relay.lambda.ts')).handler;

  const reply = async (handler: typeof join, caller: Caller, action: string, data: object): Promise<Reply> => {
    const { body = 'null' } = await handler(frameEvent({ action, id: '1', data }, caller), context);
    return JSON.parse(body);
  };
  return {
    join: (caller: Caller, conversationId: string) => reply(join, caller, 'conversation.join', { conversationId }),
    leave: (caller: Caller, conversationId: string) => reply(join, caller, 'conversation.leave', { conversationId }),
    type: (caller: Caller, conversationId: string) => reply(relay, caller, 'typing.start', { conversationId }),
    stopTyping: (caller: Caller, conversationId: string) => reply(relay, caller, 'typing.stop', { conversationId }),
    signal: (caller: Caller, signal: object) => reply(relay, caller, 'signal.send', signal),
  };
}

/** The code of a refusal, and `ok` of anything else. */
export const codeOf = (reply: Reply) => (reply.ok ? 'ok' : reply.error.code);
