import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { ChatFunction, type House } from './chat-function.ts';
import type { ChatTable } from './chat-table.ts';

/**
 * The sending protocol depends on this bound: a try older than it can't wake up and write any more, so that a repeat may
 * take its lease over, and a hole in a conversation's numbers can be called settled after three times as long.
 */
export const SEND_TIMEOUT_SECONDS = 10;

/** A function that may send messages, by whichever transport its entry serves. */
export function sendFunction(
  scope: Construct,
  id: string,
  { table, ...props }: { house: House; table: ChatTable; entry: string; deadLetterQueue?: IQueue },
): ChatFunction {
  const send = new ChatFunction(scope, id, {
    ...props,
    timeoutSeconds: SEND_TIMEOUT_SECONDS,
    memoryMegabytes: 512,
  });
  send.bindTable(table, 'UpdateItem', 'PutItem', 'GetItem', 'Query');
  return send;
}
