import type { Meter } from '../meter.ts';
import { digestOfBody } from '../sqs/message-digest.ts';
import type { MessageAttribute, Queues, ReceivedMessage } from '../sqs/queues.ts';
import { systemAttributes } from '../sqs/service.ts';
import type { Clock, Invoke, Json, JsonObject } from '../types.ts';
import { failuresIn } from './batch-response.ts';
import type { MappingSettings } from './mapping-settings.ts';
import { type Pump, startPump } from './pump.ts';

export interface QueueParts {
  queues: Queues;
  invoke: Invoke;
  meter: Meter;
  clock: Clock;
}

const IDLE_MS = 1000;

/** Hands a queue's messages to a function, several batches at a time; what succeeds is deleted. */
export function startQueueMapping(mapping: MappingSettings, { queues, invoke, meter, clock }: QueueParts): Pump {
  const queue = mapping.sourceArn;
  const running = new Set<Promise<void>>();
  const stopping = new AbortController();

  async function round(): Promise<void> {
    while (!stopping.signal.aborted && running.size < mapping.maxConcurrency) {
      const messages = await receiveBatch();
      if (messages.length === 0) return;
      meter.queueRequest(queue, sizeOf(messages));
      const handled: Promise<void> = handle(messages).finally(() => {
        running.delete(handled);
        pump.ring();
      });
      running.add(handled);
    }
  }

  async function receiveBatch(): Promise<ReceivedMessage[]> {
    const messages = queues.receive(queue, mapping.batchSize);
    if (mapping.windowMs === 0 || messages.length === 0 || messages.length >= mapping.batchSize) return messages;
    await clock.sleep(mapping.windowMs, stopping.signal);
    return [...messages, ...queues.receive(queue, mapping.batchSize - messages.length)];
  }

  async function handle(messages: ReceivedMessage[]): Promise<void> {
    const wanted = messages.filter((message) => mapping.filter(filterable(queueEvent(message, queue))));
    const failed = wanted.length > 0 ? await invokeWith(wanted) : 'none';
    if (failed === 'all') return;
    const done = messages.filter(({ messageId }) => failed === 'none' || !failed.has(messageId));
    for (const { receiptHandle } of done) queues.remove(queue, receiptHandle);
    if (done.length > 0) meter.queueRequest(queue, 0);
  }

  async function invokeWith(messages: ReceivedMessage[]) {
    const event = { Records: messages.map((message) => queueEvent(message, queue)) };
    const identifiers = messages.map(({ messageId }) => messageId);
    return failuresIn(await invoke(mapping.functionId, event), identifiers, mapping.reportsFailures);
  }

  function idleMs(): number {
    const dueAt = queues.nextDueAt(queue);
    if (dueAt === undefined || running.size >= mapping.maxConcurrency) return IDLE_MS;
    return Math.min(IDLE_MS, Math.max(1, dueAt - clock.now()));
  }

  const pump = startPump(clock, round, idleMs);
  queues.onMessage(queue, pump.ring);
  return {
    ring: pump.ring,
    async stop() {
      stopping.abort();
      await pump.stop();
      await Promise.all(running);
    },
  };
}

function queueEvent(message: ReceivedMessage, queue: string): JsonObject {
  return {
    messageId: message.messageId,
    receiptHandle: message.receiptHandle,
    body: message.body,
    attributes: systemAttributes(message),
    messageAttributes: Object.fromEntries(
      Object.entries(message.attributes).map(([name, attribute]) => [name, lambdaAttribute(attribute)]),
    ),
    md5OfBody: digestOfBody(message.body),
    eventSource: 'aws:sqs',
    eventSourceARN: queue,
    awsRegion: queue.split(':')[3] ?? '',
  };
}

/** Lambda's events spell the names in lower case, and always have the lists that SQS reserves. */
function lambdaAttribute({ DataType, StringValue, BinaryValue }: MessageAttribute): JsonObject {
  const attribute = { stringListValues: [], binaryListValues: [], dataType: DataType };
  if (StringValue !== undefined) return { ...attribute, stringValue: StringValue };
  return { ...attribute, binaryValue: BinaryValue ?? '' };
}

/** Filters look into a body that is JSON. */
function filterable(event: JsonObject): Json {
  try {
    return { ...event, body: JSON.parse(String(event.body)) };
  } catch {
    return event;
  }
}

function sizeOf(messages: ReceivedMessage[]): number {
  return messages.reduce((sum, { body }) => sum + Buffer.byteLength(body), 0);
}
