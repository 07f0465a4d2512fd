import {
  CreatePlatformEndpointCommand,
  InternalErrorException,
  InvalidParameterException,
  PublishCommand,
  SetEndpointAttributesCommand,
  SNSClient,
} from '@aws-sdk/client-sns';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type DomainEventType, domainEventSchemas } from '../../../contract/domain-event.ts';
import { headKey, messageKey } from '../../../lambdas/data/keys.ts';
import { systemRandomness } from '../../../lambdas/runtime/randomness.ts';
import { captureOutput, queueEvent } from '../../helpers/events.ts';
import { type HttpStandIn, httpStandIn, type StandInAnswer } from '../../helpers/http-stand-in.ts';
import { type Backend, startBackend, textOf } from './backend.ts';

const sns = mockClient(SNSClient);
const sqs = mockClient(SQSClient);
let backend: Backend;
let bridge: HttpStandIn;
/** Whether the bus takes an event, by its id. */
let isTaken: (id: string) => boolean;
let ann: string;
let bob: string;
let group: string;

interface PutEntry {
  Source: string;
  DetailType: DomainEventType;
  Detail: string;
}

function answerTo({ body }: { body: string }): StandInAnswer {
  const { Entries } = JSON.parse(body) as { Entries: PutEntry[] };
  const outcomes = Entries.map(({ Detail }) =>
    isTaken(JSON.parse(Detail).id) ? { EventId: 'e' } : { ErrorCode: 'no' },
  );
  return { status: 200, body: JSON.stringify({ Entries: outcomes }) };
}

beforeAll(async () => {
  bridge = await httpStandIn(answerTo);
  backend = await startBackend({ busUrl: bridge.url });
});
afterAll(async () => {
  await backend.close();
  await bridge.close();
});
beforeEach(async () => {
  captureOutput();
  for (const mock of [sns, sqs]) mock.reset();
  sns.on(CreatePlatformEndpointCommand).callsFake(({ Token }) => ({ EndpointArn: `arn:endpoint/GCM/parley/${Token}` }));
  sns.on(SetEndpointAttributesCommand).resolves({});
  sns.on(PublishCommand).resolves({ MessageId: '1' });
  sqs.on(SendMessageBatchCommand).resolves({ Successful: [], Failed: [] });
  isTaken = () => true;
  [ann, bob] = [`ann-${systemRandomness.id()}`, `bob-${systemRandomness.id()}`];
  group = (await backend.create(ann, { type: 'group', title: 'Team', memberIds: [bob] })).body.conversation.id;
  bridge.requests.splice(0);
});
afterEach(() => vi.restoreAllMocks());

const done = { batchItemFailures: [] };

async function sent(text: string) {
  const { message } = (await backend.send(ann, group, textOf(text))).body;
  return backend.database.imageOf(messageKey(group, message.seq));
}

interface Offered {
  type: string;
  id: string;
  /** Of what became of a push. */
  device?: { deviceId: string } | undefined;
}

/** Every event that was offered, as the contract has it. */
const offered = (): Offered[] =>
  bridge.requests.flatMap(({ body }) =>
    (JSON.parse(body).Entries as PutEntry[]).map(({ Source, DetailType, Detail }) => {
      expect(Source).toBe('parley.test');
      const detail = domainEventSchemas[DetailType].parse(JSON.parse(Detail));
      expect(detail).toEqual(JSON.parse(Detail));
      return { type: DetailType, ...detail };
    }),
  );
const offeredIds = () => offered().map(({ id }) => id);

describe('what the stream says', () => {
  test('is published whole: who is told, and where', async () => {
    const images = [await backend.database.imageOf(headKey(group)), await sent('m-1')];
    expect(await backend.publishEvents(...images)).toEqual(done);
    const conversation = { id: group, type: 'group', title: 'Team' };
    expect(offered()).toMatchObject([
      { type: 'chat.conversation.created', conversation, memberIds: [ann, bob].toSorted() },
      { type: 'chat.message.created', conversation, sender: { userId: ann }, recipients: [bob], recipientCount: 1 },
    ]);
  });

  test('comes again from the first that the bus did not take, with the ids that it had', async () => {
    const images = [await sent('m-1'), await sent('m-2'), await sent('m-3')];
    isTaken = (id) => !id.endsWith('.2');
    expect(await backend.publishEvents(...images)).toEqual({ batchItemFailures: [{ itemIdentifier: '101' }] });
    expect(offeredIds().filter((id) => id.endsWith('.2'))).toHaveLength(2);

    isTaken = () => true;
    bridge.requests.splice(0);
    expect(await backend.publishEvents(...images.slice(1))).toEqual(done);
    expect(offeredIds()).toEqual([2, 3].map((seq) => `message.created:${group}.${seq}`));
  });

  test('is halved, and in the end reported alone, where the bus takes nothing', async () => {
    const images = [await sent('m-1'), await sent('m-2')];
    isTaken = () => false;
    await expect(backend.publishEvents(...images)).rejects.toThrow('the first record');
    expect(await backend.publishEvents(...images.slice(0, 1))).toEqual({
      batchItemFailures: [{ itemIdentifier: '100' }],
    });
  });

  test('and can not be understood is reported, and the rest published', async () => {
    const poison = { emit: { S: 'nobody.knows' }, PK: { S: 'CONV#x' } };
    expect(await backend.publishEvents(await sent('m-1'), poison, await sent('m-2'))).toEqual({
      batchItemFailures: [{ itemIdentifier: '101' }],
    });
    expect(offeredIds()).toHaveLength(2);
  });
});

describe('what becomes of pushes', () => {
  const register = (deviceId: string) =>
    backend.register(bob, deviceId, { platform: 'fcm', token: `${deviceId}-${bob}` });
  const notify = (more: object = {}) =>
    backend.notify(
      queueEvent({ conversationId: group, seq: 1, senderId: ann, atMs: Date.now(), userIds: [bob], ...more }),
    );
  const outcomes = () => offered().map(({ type, device }) => `${type} ${device?.deviceId}`);

  beforeEach(async () => {
    for (const deviceId of ['phone', 'tablet']) await register(deviceId);
    await sent('m-1');
  });

  const toTablet = () => sns.on(PublishCommand, { TargetArn: `arn:endpoint/GCM/parley/tablet-${bob}` });
  const refusal = { message: 'Invalid parameter: Message', $metadata: {} };

  test('is told of each device, together', async () => {
    toTablet().rejects(new InvalidParameterException(refusal));
    expect(await notify()).toEqual(done);
    expect(outcomes()).toEqual(['chat.notification.sent phone', 'chat.notification.failed tablet']);
    expect(bridge.requests).toHaveLength(1);
  });

  test('is told once it is decided: of another try, when it comes', async () => {
    toTablet().rejectsOnce(new InternalErrorException(refusal)).resolves({ MessageId: '2' });
    await notify();
    expect(outcomes()).toEqual(['chat.notification.sent phone']);
    await notify({ deviceId: 'tablet' });
    expect(outcomes()).toEqual(['chat.notification.sent phone', 'chat.notification.sent tablet']);
  });

  test('costs nobody a push where the bus takes none of it', async () => {
    isTaken = () => false;
    expect(await notify()).toEqual(done);
    expect(sns.commandCalls(PublishCommand)).toHaveLength(2);
    expect(await notify()).toEqual(done);
    expect(sns.commandCalls(PublishCommand)).toHaveLength(2);
  });
});
