/**
 * Has what was parked in a dead-letter queue told after all, once its cause is mended: `npm run redrive -- --queue <url or name>`.
 * SQS moves the messages back to where they came from; each is looked at anew, so that nothing is told that has been read meanwhile.
 */
import { parseArgs } from 'node:util';
import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';

/** Starts the move, and gives how many messages there are about. */
export async function redrive(client: SQSClient, queue: string): Promise<number> {
  const { QueueUrl = queue } = queue.includes('://')
    ? { QueueUrl: queue }
    : await client.send(new GetQueueUrlCommand({ QueueName: queue }));
  const AttributeNames = ['QueueArn', 'ApproximateNumberOfMessages'] as const;
  const { Attributes = {} } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...AttributeNames] }),
  );
  const count = Number(Attributes.ApproximateNumberOfMessages ?? 0);
  if (count > 0) await client.send(new StartMessageMoveTaskCommand({ SourceArn: Attributes.QueueArn }));
  return count;
}

if (import.meta.main) {
  const { queue } = parseArgs({ options: { queue: { type: 'string' } } }).values;
  if (queue === undefined) {
    console.error('unable to redrive; no queue is named: npm run redrive -- --queue <url or name>');
    process.exitCode = 1;
  } else {
    const count = await redrive(new SQSClient(), queue);
    console.log(count > 0 ? `SQS moves about ${count} messages back` : 'there is nothing to move');
  }
}
