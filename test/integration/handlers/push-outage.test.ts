import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { NotificationCheck } from '../../../lambdas/app/push-ports.ts';
import { systemRandomness } from '../../../lambdas/runtime/randomness.ts';
import { captureOutput, queueEvent } from '../../helpers/events.ts';
import { type HttpStandIn, httpStandIn, type StandInAnswer } from '../../helpers/http-stand-in.ts';
import { type Backend, startBackend, textOf } from './backend.ts';

// SNS is silent here, and the function’s own time limit is what ends that: other tests do without.
vi.unmock('../../../lambdas/runtime/aws.ts');

const sqs = mockClient(SQSClient);
let backend: Backend;
let sns: HttpStandIn;

const answered = (operation: string, result: string): StandInAnswer => ({
  status: 200,
  body: `<${operation}Response xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><${operation}Result>${result}</${operation}Result></${operation}Response>`,
});
const refused = (status: number, code: string): StandInAnswer => ({
  status,
  body: `<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type><Code>${code}</Code><Message>no</Message></Error></ErrorResponse>`,
});

/** What SNS may say to a publish. */
const answers = {
  accepted: answered('Publish', '<MessageId>1</MessageId>'),
  throttled: refused(429, 'Throttled'),
  failing: refused(500, 'InternalError'),
  switchedOff: refused(400, 'PlatformApplicationDisabled'),
  disabled: refused(400, 'EndpointDisabled'),
  invalid: refused(400, 'InvalidParameter'),
  cutOff: 'hangUp',
  unanswered: 'silence',
} satisfies Record<string, StandInAnswer>;
type Answer = keyof typeof answers;

/** After these, SNS takes a push with another try. */
const passing: Answer[] = ['throttled', 'failing', 'switchedOff'];

/** What each device's publishes are answered with, one after the other, and then that they are accepted; and what was answered. */
let scripts: Map<string, Answer[]>;
let given: Map<string, Answer[]>;

beforeAll(async () => {
  sns = await httpStandIn(({ body }) => {
    const { Action = '', Token = '', TargetArn = '' } = Object.fromEntries(new URLSearchParams(body));
    if (Action === 'CreatePlatformEndpoint') return answered(Action, `<EndpointArn>${arnOf(Token)}</EndpointArn>`);
    if (Action !== 'Publish') return answered(Action, '');
    const token = TargetArn.split('/').at(-1) ?? '';
    const answer = scripts.get(token)?.shift() ?? 'accepted';
    given.set(token, [...(given.get(token) ?? []), answer]);
    return answers[answer];
  });
  vi.stubEnv('AWS_ENDPOINT_URL_SNS', sns.url);
  backend = await startBackend();
});
afterAll(async () => {
  await sns.close();
  await backend.close();
});
beforeEach(() => {
  captureOutput();
  [scripts, given] = [new Map(), new Map()];
});
afterEach(() => {
  vi.restoreAllMocks();
});

const arnOf = (token: string) => `arn:aws:sns:us-east-1:000000000000:endpoint/GCM/parley/${token}`;

/** The queue's patience before it parks a message. */
const mostReceives = 5;

/** Hands out every message of the queue until it is done or parked, and those of FanOut twice, as SQS may. */
async function drain(first: NotificationCheck): Promise<void> {
  const queue = [first, first].map((check) => ({ check, receives: 0 }));
  sqs.reset();
  sqs.on(SendMessageBatchCommand).callsFake(({ Entries = [] }: { Entries?: { MessageBody: string }[] }) => {
    for (const { MessageBody } of Entries) queue.push({ check: JSON.parse(MessageBody), receives: 0 });
    return { Successful: [], Failed: [] };
  });
  for (let next = queue.shift(); next; next = queue.shift()) {
    const receives = next.receives + 1;
    const answer = await backend.notify(queueEvent(next.check));
    if ((answer?.batchItemFailures.length ?? 0) > 0 && receives < mostReceives) queue.push({ ...next, receives });
  }
}

/** A message to users who have a device for each of their scripts; gives what each device's publishes were answered with. */
async function pushed(users: Answer[][][]): Promise<Answer[][][]> {
  const ann = systemRandomness.id();
  const people = users.map((devices) => ({ userId: systemRandomness.id(), devices }));
  for (const { userId, devices } of people)
    for (const [n, script] of devices.entries()) {
      await backend.register(userId, `device-${n}`, { platform: 'fcm', token: `${userId}-${n}` });
      scripts.set(`${userId}-${n}`, [...script]);
    }
  const userIds = people.map(({ userId }) => userId);
  const { body } = await backend.create(ann, { type: 'group', title: 'Team', memberIds: userIds });
  const conversationId = body.conversation.id;
  await backend.send(ann, conversationId, textOf('m-1'));
  await drain({ conversationId, seq: 1, senderId: ann, atMs: 0, userIds });
  return people.map(({ userId, devices }) => devices.map((_, n) => given.get(`${userId}-${n}`) ?? []));
}

describe('with SNS in trouble', () => {
  test('every device has its push once, whatever becomes of the others', async () => {
    const script = fc.oneof(
      fc.constant<Answer[]>([]),
      fc.array(fc.constantFrom(...passing), { minLength: 1, maxLength: 4 }),
      fc.constantFrom<Answer[]>(
        ['disabled'],
        ['invalid'],
        ['cutOff'],
        ['throttled', 'disabled'],
        ['failing', 'cutOff'],
      ),
    );
    const users = fc.array(fc.array(script, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(users, async (wanted) => {
        const told = await pushed(wanted);
        // Each device heard its script to the end, and then once that it was accepted, unless it is never to be tried again.
        expect(told).toEqual(wanted.map((devices) => devices.map(heardBy)));
      }),
      { numRuns: 20 },
    );
  });

  test('a device that gets no answer in time is not pushed to twice, and the other is pushed to', async () => {
    expect(await pushed([[['unanswered'], []]])).toEqual([[['unanswered'], ['accepted']]]);
  });

  test('a platform that stays switched off has its pushes parked, each after six tries', async () => {
    const forever = Array<Answer>(20).fill('switchedOff');
    expect(await pushed([[forever, []]])).toEqual([[Array(6).fill('switchedOff'), ['accepted']]]);
  });
});

const heardBy = (script: Answer[]): Answer[] => {
  const isOver = script.some((answer) => !passing.includes(answer));
  return isOver ? script : [...script, 'accepted'];
};
