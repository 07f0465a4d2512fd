import { HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import type { Construct } from 'constructs';
import type { ChatBucket } from './chat-bucket.ts';
import { ChatFunction, type House, type Routed } from './chat-function.ts';
import type { ChatTable } from './chat-table.ts';
import type { ChatWebSocketApi } from './websocket-api.ts';

const { DELETE, GET, PATCH, POST, PUT } = HttpMethod;

interface ModerationProps {
  house: House;
  table: ChatTable;
  /** Whose files they may have to look at. */
  bucket: ChatBucket;
  /** Whose connections a ban closes. */
  webSocketApi: ChatWebSocketApi;
}

/** Reports by users, and what administrators see and do: each function with its routes. */
export const moderationFunctions = (scope: Construct, props: ModerationProps): Routed[] => [
  {
    fn: reportFunction(scope, props),
    routes: { '/v1/messages/{messageId}/reports': [POST] },
  },
  {
    fn: readFunction(scope, props),
    routes: {
      '/v1/admin/conversations/{conversationId}/messages': [GET],
      '/v1/admin/messages/{messageId}/revisions': [GET],
      '/v1/admin/attachments/{attachmentId}': [GET],
      '/v1/admin/reports': [GET],
      '/v1/admin/bans': [GET],
      '/v1/admin/users/{userId}/blocks': [GET],
      '/v1/admin/audit': [GET],
    },
  },
  {
    fn: moderateFunction(scope, props),
    routes: {
      '/v1/admin/bans/{userId}': [PUT, DELETE],
      '/v1/admin/reports/{reportId}': [PATCH],
    },
  },
];

function reportFunction(scope: Construct, { house, table }: ModerationProps): ChatFunction {
  const fn = new ChatFunction(scope, 'ReportMessage', { house, entry: 'http/report-message' });
  fn.bindTable(table, 'BatchGetItem', 'PutItem');
  return fn;
}

/** It reads everything there is and writes nothing but that it did. */
function readFunction(scope: Construct, { house, table, bucket }: ModerationProps): ChatFunction {
  const fn = new ChatFunction(scope, 'ReadAsAdmin', { house, entry: 'http/read-as-admin', memoryMegabytes: 512 });
  fn.bindTable(table, 'BatchGetItem', 'GetItem', 'Query');
  fn.allow(['dynamodb:Query'], [table.indexArn]);
  fn.writeAudit(table);
  bucket.bind(fn, 'GetObject', 'GetObjectVersion');
  return fn;
}

function moderateFunction(scope: Construct, { house, table, webSocketApi }: ModerationProps): ChatFunction {
  const fn = new ChatFunction(scope, 'Moderate', { house, entry: 'http/moderate' });
  fn.bindTable(table, 'BatchGetItem', 'DeleteItem', 'GetItem', 'PutItem', 'UpdateItem');
  webSocketApi.bindCallback(fn, 'DELETE');
  return fn;
}
