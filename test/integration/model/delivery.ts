import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { vi } from 'vitest';
import type { ChatEvent, EventFrame } from '../../../contract/event.ts';
import type { RawRecord } from '../../../local/event-sources/stream-reader.ts';
import { connectEvent } from '../../helpers/events.ts';
import { httpStandIn } from '../../helpers/http-stand-in.ts';
import type { WholeChat } from '../whole-chat.ts';

/** What the stream's function tells connections. */
export interface Delivery {
  connect(userId: string, connectionId: string): Promise<void>;
  /** Hands the stream to FanOut until there is nothing new in it: what FanOut writes is in it again. */
  deliver(): Promise<void>;
  eventsTo(connectionId: string): ChatEvent[];
  close(): Promise<void>;
}

const batchSize = 100;

export async function startDelivery(chat: WholeChat): Promise<Delivery> {
  mockClient(SQSClient).on(SendMessageBatchCommand).resolves({ Successful: [], Failed: [] });
  const gateway = await httpStandIn(() => ({ status: 200, body: '' }));
  vi.stubEnv('CALLBACK_URL', `${gateway.url}/v1`);
  for (const name of ['NOTIFICATION_QUEUE_URL', 'RETRY_QUEUE_URL', 'SLICE_QUEUE_URL', 'PRESENCE_QUEUE_URL'])
    vi.stubEnv(name, 'https://sqs.example/queue');
  vi.stubEnv('PRESENCE_GRACE_SECONDS', '10');
  vi.stubEnv('CONNECTS_PER_MINUTE', '30');
  vi.stubEnv('CONNECTIONS_PER_USER', '10');
  const fanOut = await chat.load('stream/fan-out');
  const connect = await chat.load('websocket/connect');
  const stream = await chat.database.stream();

  async function hand(records: RawRecord[]): Promise<void> {
    const answer = await fanOut({ Records: records });
    const { batchItemFailures } = answer as { batchItemFailures: unknown[] };
    if (batchItemFailures.length > 0) throw new Error('the stream could not be handled');
  }
  return {
    async connect(userId, connectionId) {
      await connect(connectEvent({ userId, connectionId }));
    },
    async deliver() {
      for (;;) {
        const { records } = await stream.next();
        if (records.length === 0) return;
        const announcing = records.filter(({ dynamodb }) => dynamodb.NewImage?.emit);
        for (let at = 0; at < announcing.length; at += batchSize) await hand(announcing.slice(at, at + batchSize));
      }
    },
    eventsTo: (connectionId) =>
      gateway.requests
        .filter(({ path }) => path.endsWith(`/${encodeURIComponent(connectionId)}`))
        .flatMap(({ body }) => (JSON.parse(body) as EventFrame).events),
    close: () => gateway.close(),
  };
}
