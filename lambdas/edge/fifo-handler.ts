import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { log } from '../runtime/log.ts';
import { tally } from '../runtime/tally.ts';
import { logInvocation } from './log-invocation.ts';
import { parseJson } from './parse.ts';
import { untilKilled } from './until-killed.ts';

/**
 * A batch of a FIFO queue of ours. All that can be read is acted on at once; where that throws, all of it comes again, in order. What
 * can't be read comes again with whatever follows it in its group, as SQS asks, until it is parked.
 */
export const fifoHandler = <Body>(operation: string, act: (bodies: Body[]) => Promise<{ delivered: number }>) =>
  middy<SQSEvent, SQSBatchResponse>(untilKilled)
    .use(logInvocation(() => operation))
    .handler(async ({ Records }) => {
      const { bodies, failed } = readInOrder<Body>(Records);
      const { delivered } = await act(bodies);
      tally.add('events', delivered);
      return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
    });

function readInOrder<Body>(records: SQSRecord[]) {
  const bodies: Body[] = [];
  const failed: SQSRecord[] = [];
  const broken = new Set<string | undefined>();
  for (const record of records) {
    const group = record.attributes.MessageGroupId;
    try {
      // Only our own functions may write to our queues. Parsed by ours: JSON.parse quotes what it can't read, into the log.
      const body = parseJson(record.body, 'read the queued message') as Body;
      if (broken.has(group)) failed.push(record);
      else bodies.push(body);
    } catch (error) {
      log.error('a queued message that can not be understood', error);
      broken.add(group);
      failed.push(record);
    }
  }
  return { bodies, failed };
}
