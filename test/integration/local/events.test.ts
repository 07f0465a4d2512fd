import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createClock } from '../../../local/clock.ts';
import type { EventEntry, SentEvent } from '../../../local/events/put-event.ts';
import { createEventsService } from '../../../local/events/service.ts';
import { openKeptList } from '../../../local/kept-list.ts';
import { createMeter } from '../../../local/meter.ts';
import { openStore } from '../../../local/store.ts';
import { type AwsStandIn, startAwsStandIn } from './aws-stand-in.ts';
import { deploymentAllowing } from './deployment.ts';

const busArn = 'arn:aws:events:us-east-1:000000000000:event-bus/chat';
const deployment = deploymentAllowing([{ Effect: 'Allow', Action: 'events:PutEvents', Resource: busArn }], {
  Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'chat' } },
});
const clock = createClock();
const meter = createMeter();
const sent = openKeptList<SentEvent>(openStore(':memory:'), 'events');
let aws: AwsStandIn;

beforeAll(async () => {
  aws = await startAwsStandIn(deployment, { events: createEventsService({ deployment, sent, clock, meter }) });
});
beforeEach(() => {
  sent.clear();
  meter.reset();
});
afterAll(() => aws.close());

interface Answer {
  FailedEntryCount: number;
  Entries: { EventId?: string; ErrorCode?: string; ErrorMessage?: string }[];
}

/** As the SDK sends it: JSON 1.1. */
async function putEvents(Entries: EventEntry[], keyId: 'local-admin' | 'local-Worker' = 'local-Worker') {
  const { endpoint } = aws.settingsFor(keyId);
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'AWSEvents.PutEvents',
      authorization: `AWS4-HMAC-SHA256 Credential=${keyId}/20260101/us-east-1/events/aws4_request, SignedHeaders=host, Signature=0`,
    },
    body: JSON.stringify({ Entries }),
  });
  return { status: response.status, body: (await response.json()) as Answer & { __type?: string; message?: string } };
}

const event: EventEntry = { Source: 'chat', DetailType: 'chat.test', Detail: '{"id":1}', EventBusName: 'chat' };

describe('PutEvents', () => {
  test('keeps what reached the bus, by name or ARN, at the time of the host or of the event', async () => {
    clock.advance(3_600_000);
    const { status, body } = await putEvents([
      { ...event, EventBusName: busArn },
      { ...event, Time: 1_790_000_000 },
    ]);
    expect(status).toBe(200);
    expect(body).toEqual({ FailedEntryCount: 0, Entries: [1, 2].map(() => ({ EventId: expect.any(String) })) });
    const seen = { source: 'chat', detailType: 'chat.test', detail: { id: 1 } };
    expect(sent.all()).toEqual([
      { at: expect.any(String), ...seen },
      { at: '2026-09-21T14:13:20.000Z', ...seen },
    ]);
    expect(Math.abs(Date.parse(sent.all()[0]?.at ?? '') - clock.now())).toBeLessThan(10_000);
  });

  test.each<[string, Partial<EventEntry>, string, string]>([
    [
      'no source',
      { Source: '' },
      'InvalidArgument',
      'Parameter Source is not valid. Reason: Source is a required argument.',
    ],
    [
      'no type',
      { DetailType: '' },
      'InvalidArgument',
      'Parameter DetailType is not valid. Reason: DetailType is a required argument.',
    ],
    [
      'no detail',
      { Detail: '' },
      'InvalidArgument',
      'Parameter Detail is not valid. Reason: Detail is a required argument.',
    ],
    ['detail that is no JSON', { Detail: '{' }, 'MalformedDetail', 'Detail is malformed.'],
    ['detail that is a list', { Detail: '[]' }, 'MalformedDetail', 'Detail is malformed.'],
    ['a source of AWS', { Source: 'aws.s3' }, 'NotAuthorizedForSourceException', 'Not authorized for the source.'],
  ])('refuses an entry with %s, and sends the others', async (_sentence, change, ErrorCode, ErrorMessage) => {
    const { status, body } = await putEvents([event, { ...event, ...change }]);
    expect(status).toBe(200);
    expect(body).toEqual({
      FailedEntryCount: 1,
      Entries: [{ EventId: expect.any(String) }, { ErrorCode, ErrorMessage }],
    });
    expect(sent.all()).toHaveLength(1);
    expect(meter.report().events).toEqual({ entries: 1 });
  });

  test.each<[string, EventEntry[], RegExp]>([
    ['no entry', [], /length between 1 and 10/],
    ['eleven entries', Array(11).fill(event), /length between 1 and 10/],
    [
      'more than 1 MB',
      Array(2).fill(sized(512 * 1024 + 1)),
      /Total size of the entries in the request is over the limit/,
    ],
  ])('refuses a request with %s as a whole', async (_sentence, entries, message) => {
    const { status, body } = await putEvents(entries);
    expect(status).toBe(400);
    expect(body).toEqual({ __type: 'ValidationException', message: expect.stringMatching(message) });
    expect(sent.all()).toEqual([]);
  });

  test('takes 1 MB, and counts every started 64 KB of each event', async () => {
    const { body } = await putEvents([sized(512 * 1024), sized(448 * 1024 + 1), sized(64 * 1024 - 1)]);
    expect(body.FailedEntryCount).toBe(0);
    expect(meter.report().events).toEqual({ entries: 8 + 8 + 1 });
  });

  test('is refused for a bus that was not granted, and loses what the admin puts on one that does not exist', async () => {
    const elsewhere = { ...event, EventBusName: 'elsewhere' };
    const refused = await putEvents([event, elsewhere]);
    expect(refused).toMatchObject({ status: 400, body: { __type: 'AccessDeniedException' } });
    expect(refused.body.message).toContain(
      'events:PutEvents on resource: arn:aws:events:us-east-1:000000000000:event-bus/elsewhere',
    );
    expect((await putEvents([elsewhere], 'local-admin')).body.FailedEntryCount).toBe(0);
    expect(sent.all()).toEqual([]);
  });

  test('can fail for its first entry alone, as AWS may by a fault of its own', async () => {
    aws.faults.add([{ service: 'events', operation: 'PutEvents', error: 'partial', when: 'before', times: 1 }]);
    const { status, body } = await putEvents([event, { ...event, DetailType: 'chat.second' }]);
    expect({ status, ...body }).toMatchObject({
      status: 200,
      FailedEntryCount: 1,
      Entries: [{ ErrorCode: 'InternalFailure' }, { EventId: expect.any(String) }],
    });
    expect(sent.all().map(({ detailType }) => detailType)).toEqual(['chat.second']);
  });

  test.each([
    ['ThrottlingException', 400],
    ['InternalException', 500],
  ] as const)('can be struck by %s', async (error, status) => {
    aws.faults.add([{ service: 'events', operation: 'PutEvents', error, when: 'before', times: 1 }]);
    expect(await putEvents([event])).toMatchObject({ status, body: { __type: error } });
  });
});

test('the last thousand events are kept, the newest last', () => {
  for (let id = 0; id < 1005; id += 1) sent.add({ at: '', source: 'chat', detailType: 'chat.test', detail: { id } });
  const kept = sent.all();
  expect(kept).toHaveLength(1000);
  expect([kept[0]?.detail, kept.at(-1)?.detail]).toEqual([{ id: 5 }, { id: 1004 }]);
});

/** An event that EventBridge measures as so many bytes. */
function sized(bytes: number): EventEntry {
  const frame = '{"x":""}';
  const rest = 'x'.repeat(bytes - 'st'.length - frame.length);
  return { ...event, Source: 's', DetailType: 't', Detail: frame.replace('""', `"${rest}"`) };
}
