import { HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import type { Construct } from 'constructs';
import { ChatFunction, type House } from './chat-function.ts';
import type { ChatTable } from './chat-table.ts';

/** Reads the table as it is asked: nothing of search is stored, and nothing of it idles. */
export function searchMessages(scope: Construct, house: House, table: ChatTable) {
  const fn = new ChatFunction(scope, 'SearchMessages', { house, entry: 'http/search-messages', memoryMegabytes: 512 });
  fn.bindTable(table, 'BatchGetItem', 'Query');
  fn.allow(['dynamodb:Query'], [table.indexArn]);
  return { fn, routes: { '/v1/search/messages': [HttpMethod.GET] } };
}
