import type { Construct } from 'constructs';
import { ChatFunction, type House } from './chat-function.ts';
import type { ChatTable } from './chat-table.ts';

/** Who looks at a conversation, and what goes straight from connection to connection: each function with its actions. */
export const roomFunctions = (scope: Construct, house: House, table: ChatTable) => {
  const join = new ChatFunction(scope, 'JoinConversation', { house, entry: 'websocket/join-conversation' });
  const relay = new ChatFunction(scope, 'Relay', { house, entry: 'websocket/relay' });
  for (const fn of [join, relay]) fn.bindTable(table, 'BatchGetItem', 'UpdateItem');
  return [
    { fn: join, actions: ['conversation.join', 'conversation.leave'] },
    { fn: relay, actions: ['typing.start', 'typing.stop', 'signal.send'] },
  ];
};
