import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { log } from '../runtime/log.ts';
import { logInvocation } from './log-invocation.ts';
import { parseJson } from './parse.ts';
import { untilKilled } from './until-killed.ts';

/**
 * A batch of a queue of ours. Every message has its own try, side by side, and those that fail come again by themselves.
 * `act` gives false, or throws, where a message is worth another try.
 */
export const queueHandler = <Body>(operation: string, act: (body: Body) => Promise<boolean>) =>
  batches(operation, (records) => Promise.all(records.map((record) => handleOne(record, act))));

/** The same, where messages are better acted on together: `act` says of each whether it is done, or throws for all of them. */
export const batchHandler = <Body>(operation: string, act: (bodies: Body[]) => Promise<boolean[]>) =>
  batches(operation, async (records) => {
    const read = records.map((record) => bodyOf<Body>(record));
    const outcomes = await act(read.flatMap((message) => (message ? [message.body] : [])));
    const next = outcomes.values();
    return read.map((message) => message !== undefined && next.next().value === true);
  });

/** `handle` says of each message, in order, whether it is done. */
const batches = (operation: string, handle: (records: SQSRecord[]) => Promise<boolean[]>) =>
  middy<SQSEvent, SQSBatchResponse>(untilKilled)
    .use(logInvocation(() => operation))
    .handler(async ({ Records }) => {
      const isDone = await handle(Records);
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

function bodyOf<Body>({ body }: SQSRecord): { body: Body } | undefined {
  try {
    return { body: parseJson(body, 'read the queued message') as Body };
  } catch (error) {
    log.error('a queued message that can not be understood', error);
    return undefined;
  }
}
