import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { log } from '../runtime/log.ts';
import { logInvocation } from './log-invocation.ts';
import { parseJson } from './parse.ts';

/**
 * A batch of a queue of ours. Every message has its own try, side by side, and those that fail come again by themselves.
 * `act` gives false, or throws, where a message is worth another try.
 */
export const queueHandler = <Body>(operation: string, act: (body: Body) => Promise<boolean>) =>
  middy<SQSEvent, SQSBatchResponse>()
    .use(logInvocation(() => operation))
    .handler(async ({ Records }) => {
      const isDone = await Promise.all(Records.map((record) => handleOne(record, act)));
      const failed = Records.filter((_, position) => !isDone[position]);
      return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
    });

async function handleOne<Body>({ body }: SQSRecord, act: (body: Body) => Promise<boolean>): Promise<boolean> {
  try {
    // Only our own functions may write to our queues. Parsed by ours: JSON.parse quotes what it can't read, into the log.
    return await act(parseJson(body, 'read the queued message') as Body);
  } catch (error) {
    log.error('a queued message that failed', error);
    return false;
  }
}
