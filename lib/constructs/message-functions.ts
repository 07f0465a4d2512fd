import { HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import type { Construct } from 'constructs';
import { ChatFunction, type House } from './chat-function.ts';
import type { ChatTable } from './chat-table.ts';
import { SEND_TIMEOUT_SECONDS } from './send-function.ts';

const { GET, POST, PUT, PATCH, DELETE } = HttpMethod;
const MESSAGE = '/v1/messages/{messageId}';

/** What happens to a message after it was sent, by request. It forwards too, and so is bound by what binds every send. */
export function manageMessages(scope: Construct, house: House, table: ChatTable) {
  const fn = new ChatFunction(scope, 'ManageMessages', {
    house,
    entry: 'http/manage-messages',
    timeoutSeconds: SEND_TIMEOUT_SECONDS,
    memoryMegabytes: 512,
  });
  fn.bindTable(table, 'BatchGetItem', 'Query', 'GetItem', 'PutItem', 'UpdateItem', 'DeleteItem');
  fn.allow(['dynamodb:Query'], [table.indexArn]);
  const routes = {
    [MESSAGE]: [GET, PATCH, DELETE],
    [`${MESSAGE}/forward`]: [POST],
    [`${MESSAGE}/replies`]: [GET],
    [`${MESSAGE}/reactions`]: [GET],
    [`${MESSAGE}/reactions/{emoji}`]: [PUT, DELETE],
    [`${MESSAGE}/pin`]: [PUT, DELETE],
    '/v1/conversations/{conversationId}/pins': [GET],
  };
  return { fn, routes };
}

/** As much of it as there are frames for. What counts revisions depends on the same bound as what counts messages. */
export function changeMessageFrame(scope: Construct, house: House, table: ChatTable) {
  const fn = new ChatFunction(scope, 'ChangeMessageFrame', {
    house,
    entry: 'websocket/change-message',
    timeoutSeconds: SEND_TIMEOUT_SECONDS,
    memoryMegabytes: 512,
  });
  fn.bindTable(table, 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem');
  return { fn, actions: ['message.edit', 'message.delete', 'reaction.add', 'reaction.remove'] };
}
