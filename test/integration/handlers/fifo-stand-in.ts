import {
  SendMessageBatchCommand,
  type ServiceInputTypes,
  type ServiceOutputTypes,
  type SQSClientResolvedConfig,
} from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { AwsStub } from 'aws-sdk-client-mock';
import { queueEvent } from '../../helpers/events.ts';

type SqsMock = AwsStub<ServiceInputTypes, ServiceOutputTypes, SQSClientResolvedConfig>;
type Handler = (event: SQSEvent) => Promise<SQSBatchResponse | undefined>;

interface Queued {
  group: string;
  body: string;
}

const mostInBatch = 10;

/** As Lambda takes them from a FIFO queue: several groups side by side, of one group a batch at a time, and its next in order. */
export function fifoStandIn(sqs: SqsMock, queueUrl: string) {
  const waiting: Queued[] = [];
  const known = new Set<string>();
  const busy = new Set<string>();
  sqs.on(SendMessageBatchCommand, { QueueUrl: queueUrl }).callsFake(({ Entries }) => {
    for (const { MessageGroupId: group, MessageBody: body } of Entries) {
      if (!known.has(group + body)) waiting.push({ group, body });
      known.add(group + body);
    }
    return { Successful: [], Failed: [] };
  });

  function take(): Queued[] {
    const batch = waiting.filter(({ group }) => !busy.has(group)).slice(0, mostInBatch);
    for (const queued of batch) {
      waiting.splice(waiting.indexOf(queued), 1);
      busy.add(queued.group);
    }
    return batch;
  }

  async function work(handler: Handler): Promise<void> {
    for (let batch = take(); batch.length > 0; batch = take()) {
      const answer = await handler(eventOf(batch));
      if (answer?.batchItemFailures.length !== 0) throw new Error('a slice failed');
      for (const { group } of batch) busy.delete(group);
    }
  }

  return {
    size: () => waiting.length,
    /** Until nothing is left, by so many functions side by side. */
    async drain(handler: Handler, functions = 4): Promise<void> {
      await Promise.all(Array.from({ length: functions }, () => work(handler)));
    },
  };
}

function eventOf(batch: Queued[]): SQSEvent {
  const event = queueEvent(...batch.map(({ body }) => body));
  for (const [place, record] of event.Records.entries()) record.attributes.MessageGroupId = batch[place]?.group;
  return event;
}
