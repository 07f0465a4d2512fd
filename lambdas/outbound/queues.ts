import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { NotificationQueue, RetryQueue } from '../app/ports.ts';
import { ChatError } from '../domain/chat-error.ts';
import { clientDefaults } from '../runtime/aws.ts';

/** SQS takes ten messages a call, of 1 MiB together; ten frames of 32 KB are within it. */
const messagesPerCall = 10;

let client: SQSClient | undefined;
const sqs = () => {
  client ??= new SQSClient(clientDefaults({ requestTimeout: 2_000 }));
  return client;
};

export const retryQueue = (queueUrl: string): RetryQueue => ({ retryLater: (frames) => sendAll(queueUrl, frames) });

export const notificationQueue = (queueUrl: string): NotificationQueue => ({
  notifyLater: (notifications) => sendAll(queueUrl, notifications),
});

/** All of them, or UNAVAILABLE: some may be in the queue then, and come twice. */
async function sendAll(queueUrl: string, bodies: object[]): Promise<void> {
  for (let start = 0; start < bodies.length; start += messagesPerCall) {
    const entries = bodies
      .slice(start, start + messagesPerCall)
      .map((body, position) => ({ Id: String(position), MessageBody: bodyOf(body) }));
    const { Failed = [] } = await sqs().send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries }));
    if (Failed.length > 0) throw new ChatError('UNAVAILABLE', 'unable to queue; the queue took only some');
  }
}

/** As JSON, without the two characters that JSON may hold as they are and that SQS refuses a message for (SendMessage, `MessageBody`). */
const bodyOf = (body: object): string =>
  JSON.stringify(body).replace(/[\ufffe\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16)}`);
