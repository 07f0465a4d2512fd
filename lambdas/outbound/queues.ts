import { SendMessageBatchCommand, type SendMessageBatchRequestEntry, SQSClient } from '@aws-sdk/client-sqs';
import type { SliceQueue } from '../app/fan-out-ports.ts';
import type { KeyNewsQueue } from '../app/key-ports.ts';
import type { NotificationQueue, RetryQueue } from '../app/ports.ts';
import type { PresenceQueue } from '../app/presence-ports.ts';
import type { CheckQueue } from '../app/push-ports.ts';
import { ChatError } from '../domain/chat-error.ts';
import { clientDefaults } from '../runtime/aws.ts';
import { callsOf } from './calls-of.ts';

/** What SQS takes a call, of all messages together. */
const mostPerCall = { entries: 10, bytes: 1_024 * 1_024 };

let client: SQSClient | undefined;
const sqs = () => {
  client ??= new SQSClient(clientDefaults({ requestTimeout: 2_000 }));
  return client;
};

export const retryQueue = (queueUrl: string): RetryQueue => ({
  retryLater: (frames) => sendAll(queueUrl, frames.map(messageOf)),
});

/** A delay of a message's own takes the place of the queue's. */
export const checkQueue = (queueUrl: string): CheckQueue => ({
  checkLater: (checks, delaySeconds) =>
    sendAll(
      queueUrl,
      checks.map((check) => ({ ...messageOf(check), DelaySeconds: delaySeconds })),
    ),
});

export const notificationQueue = (queueUrl: string): NotificationQueue => ({
  notifyLater: (notifications) => sendAll(queueUrl, notifications.map(messageOf)),
});

/** SQS itself keeps the word of an absence back, message by message. */
export const presenceQueue = (queueUrl: string, graceSeconds: number): PresenceQueue & KeyNewsQueue => ({
  presenceChanged: (changes) =>
    sendAll(
      queueUrl,
      changes.map((change) => ({
        ...messageOf(change),
        ...(change.isAbsence && { DelaySeconds: graceSeconds }),
      })),
    ),
  keysChanged: (news) => sendAll(queueUrl, news.map(messageOf)),
});

/** FIFO, deduplicated by content: what a batch of the stream that comes twice says again is not posted again. */
export const sliceQueue = (queueUrl: string): SliceQueue => ({
  postLater: (slices) =>
    sendAll(
      queueUrl,
      slices.map(({ group, ...slice }) => ({ ...messageOf(slice), MessageGroupId: group })),
    ),
});

type Message = Omit<SendMessageBatchRequestEntry, 'Id'>;

/** All of them, or UNAVAILABLE: some may be in the queue then, and come twice. */
async function sendAll(queueUrl: string, messages: Message[]): Promise<void> {
  await Promise.all(
    callsOf(messages, bytesOf, mostPerCall).map(async (call) => {
      const Entries = call.map((message, position) => ({ ...message, Id: String(position) }));
      const { Failed = [] } = await sqs().send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
      if (Failed.length > 0) throw new ChatError('UNAVAILABLE', 'unable to queue; the queue took only some');
    }),
  );
}

const bytesOf = ({ MessageBody = '' }: Message) => Buffer.byteLength(MessageBody);

/** As JSON, without the two characters that JSON may hold as they are and that SQS refuses a message for (SendMessage, `MessageBody`). */
const messageOf = (body: object): Message => ({
  MessageBody: JSON.stringify(body).replace(
    /[\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16)}`,
  ),
});
