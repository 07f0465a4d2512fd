import { HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import type { Construct } from 'constructs';
import { ChatFunction, type House } from './chat-function.ts';
import type { ChatTable } from './chat-table.ts';

const { GET, POST } = HttpMethod;

/** What a reader does by request: each function with its routes. */
export const readerFunctions = (scope: Construct, house: House, table: ChatTable) => [
  {
    fn: receiptFunction(scope, 'ManageReceipts', { house, table, entry: 'http/manage-receipts' }),
    routes: {
      '/v1/conversations/{conversationId}/read': [POST],
      '/v1/conversations/{conversationId}/delivered': [POST],
      '/v1/conversations/{conversationId}/receipts': [GET],
    },
  },
];

/** The same by frame: each function with its actions. */
export const readerFrameFunctions = (scope: Construct, house: House, table: ChatTable) => [
  {
    fn: receiptFunction(scope, 'MoveWatermarkFrame', { house, table, entry: 'websocket/move-watermark' }),
    actions: ['receipt.read', 'receipt.delivered'],
  },
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
