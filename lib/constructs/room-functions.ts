import type { Construct } from 'constructs';
import { ChatFunction, type House } from './chat-function.ts';
import type { ChatTable } from './chat-table.ts';

/** What goes straight from connection to connection, and who hears it: each function with its actions. */
export const roomFunctions = (scope: Construct, house: House, table: ChatTable) => {
  const join = new ChatFunction(scope, 'JoinConversation', { house, entry: 'websocket/join-conversation' });
  join.bindTable(table, 'BatchGetItem', 'UpdateItem');
  const relay = new ChatFunction(scope, 'Relay', { house, entry: 'websocket/relay' });
  relay.bindTable(table, 'BatchGetItem', 'UpdateItem');
  return {
    join: { fn: join, actions: ['conversation.join', 'conversation.leave'] },
    /** Needs the right to post to connections beside. */
    relay: { fn: relay, actions: ['typing.start', 'typing.stop', 'signal.send'] },
  };
};
