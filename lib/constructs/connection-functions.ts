import { HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import type { Construct } from 'constructs';
import { ChatFunction, type House } from './chat-function.ts';
import type { ChatTable } from './chat-table.ts';
import { tokenEnvironment } from './tokens.ts';
import type { ChatWebSocketApi } from './websocket-api.ts';

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

/** What a client does about its own connection: each function with its actions. */
export function connectionFrameFunctions(scope: Construct, house: House, table: ChatTable) {
  const ping = new ChatFunction(scope, 'Ping', { house, entry: 'websocket/ping' });
  ping.bindTable(table, 'BatchGetItem');
  const refresh = new ChatFunction(scope, 'RefreshToken', {
    house,
    entry: 'websocket/refresh-token',
    environment: tokenEnvironment(house.stage.identity),
  });
  refresh.bindTable(table, 'GetItem', 'UpdateItem');
  return [
    { fn: ping, actions: ['ping'] },
    { fn: refresh, actions: ['auth.refresh'] },
  ];
}

/** Closing a user's own connections. */
export function manageConnections(
  scope: Construct,
  { house, table, webSocketApi }: { house: House; table: ChatTable; webSocketApi: ChatWebSocketApi },
) {
  const fn = new ChatFunction(scope, 'ManageConnections', { house, entry: 'http/manage-connections' });
  fn.bindTable(table, 'GetItem', 'UpdateItem');
  webSocketApi.bindCallback(fn, 'DELETE');
  return { fn, routes: { '/v1/users/me/connections': [HttpMethod.DELETE] } };
}
