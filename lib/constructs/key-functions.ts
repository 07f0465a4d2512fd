import { HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import type { Construct } from 'constructs';
import { ChatFunction, type House } from './chat-function.ts';
import type { ChatTable } from './chat-table.ts';

const { GET, POST, PUT, DELETE } = HttpMethod;

/** Public keys for end-to-end encryption: the user's own, and others' to begin sessions with. */
export function manageKeys(scope: Construct, house: House, table: ChatTable) {
  const fn = new ChatFunction(scope, 'ManageKeys', { house, entry: 'http/manage-keys' });
  fn.bindTable(table, 'BatchGetItem', 'DeleteItem', 'PutItem', 'Query', 'UpdateItem');
  fn.allow(['dynamodb:Query'], [table.indexArn]);
  const routes = {
    '/v1/users/me/keys/{deviceId}': [PUT, DELETE],
    '/v1/users/{userId}/keys': [GET],
    '/v1/users/{userId}/keys/claim': [POST],
  };
  return { fn, routes };
}
