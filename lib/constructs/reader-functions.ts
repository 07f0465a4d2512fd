import { HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import type { Construct } from 'constructs';
import { ChatFunction, type House, type Routed } from './chat-function.ts';
import type { ChatTable } from './chat-table.ts';

const { GET, POST, PUT, DELETE } = HttpMethod;

/** What a reader does by request: each function with its routes. */
export const readerFunctions = (scope: Construct, house: House, table: ChatTable): Routed[] => [
  {
    fn: receiptFunction(scope, 'ManageReceipts', { house, table, entry: 'http/manage-receipts' }),
    routes: {
      '/v1/conversations/{conversationId}/read': [POST],
      '/v1/conversations/{conversationId}/delivered': [POST],
      '/v1/conversations/{conversationId}/receipts': [GET],
    },
  },
  {
    fn: syncFunction(scope, 'Sync', { house, table, entry: 'http/sync' }),
    routes: { '/v1/sync': [POST] },
  },
  {
    fn: profileFunction(scope, { house, table, entry: 'http/manage-profile' }),
    routes: {
      '/v1/users/me': [GET, PUT],
      '/v1/users/{userId}': [GET],
      '/v1/users/me/blocks': [GET],
      '/v1/users/me/blocks/{userId}': [PUT, DELETE],
    },
  },
];

/** The same by frame: each function with its actions. */
export const readerFrameFunctions = (scope: Construct, house: House, table: ChatTable) => [
  {
    fn: receiptFunction(scope, 'MoveWatermarkFrame', { house, table, entry: 'websocket/move-watermark' }),
    actions: ['receipt.read', 'receipt.delivered'],
  },
  { fn: syncFunction(scope, 'SyncFrame', { house, table, entry: 'websocket/sync' }), actions: ['sync'] },
];

interface FunctionProps {
  house: House;
  table: ChatTable;
  entry: string;
}

function receiptFunction(scope: Construct, id: string, { table, ...props }: FunctionProps): ChatFunction {
  const fn = new ChatFunction(scope, id, props);
  fn.bindTable(table, 'BatchGetItem', 'Query', 'UpdateItem');
  return fn;
}

function profileFunction(scope: Construct, { table, ...props }: FunctionProps): ChatFunction {
  const fn = new ChatFunction(scope, 'ManageProfile', props);
  fn.bindTable(table, 'GetItem', 'PutItem', 'Query', 'UpdateItem', 'DeleteItem', 'ConditionCheckItem');
  return fn;
}

/** It names the life of the table by what AWS calls it: the one call of the table's description. */
function syncFunction(scope: Construct, id: string, { table, ...props }: FunctionProps): ChatFunction {
  const fn = new ChatFunction(scope, id, { ...props, memoryMegabytes: 512 });
  fn.bindTable(table, 'DescribeTable', 'Query', 'BatchGetItem', 'UpdateItem');
  fn.allow(['dynamodb:Query'], [table.indexArn]);
  return fn;
}
