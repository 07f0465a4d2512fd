import type { Construct } from 'constructs';
import { ChatFunction, type House } from './chat-function.ts';
import type { ChatTable } from './chat-table.ts';

/** `$connect`: it closes the oldest where a user has too many, so that it needs the right to. */
export function connectFunction(scope: Construct, house: House, table: ChatTable): ChatFunction {
  const { connectsPerMinute, connectionsPerUser } = house.stage.limits;
  const fn = new ChatFunction(scope, 'Connect', {
    house,
    entry: 'websocket/connect',
    environment: {
      CONNECTS_PER_MINUTE: String(connectsPerMinute),
      CONNECTIONS_PER_USER: String(connectionsPerUser),
    },
  });
  fn.bindTable(table, 'UpdateItem');
  return fn;
}

/** `$disconnect`. */
export function disconnectFunction(scope: Construct, house: House, table: ChatTable): ChatFunction {
  const fn = new ChatFunction(scope, 'Disconnect', { house, entry: 'websocket/disconnect' });
  fn.bindTable(table, 'UpdateItem');
  return fn;
}
