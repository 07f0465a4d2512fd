import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { pushSender } from '../../../lambdas/outbound/push.ts';
import { smsSender } from '../../../lambdas/outbound/sms.ts';
import { captureOutput } from '../../helpers/events.ts';
import { type HttpStandIn, httpStandIn, type StandInAnswer } from '../../helpers/http-stand-in.ts';

/** SNS on the wire: form-encoded questions, XML answers. */
let answer: StandInAnswer;
let sns: HttpStandIn;
let output: ReturnType<typeof captureOutput>;

beforeAll(async () => {
  sns = await httpStandIn(() => answer);
});
afterAll(() => sns.close());
beforeEach(() => {
  output = captureOutput();
  sns.requests.length = 0;
  answer = accepted;
  vi.stubEnv('AWS_ENDPOINT_URL_SNS', sns.url);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

const accepted: StandInAnswer = {
  status: 200,
  body: '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>',
};
const refusal = (status: number, code: string, message = 'no'): StandInAnswer => ({
  status,
  body: `<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
});

const endpointArn = 'arn:aws:sns:us-east-1:000000000000:endpoint/APNS/parley/5e3e9847';
const message = { message: '{"default":"hi"}', attributes: { 'AWS.SNS.MOBILE.APNS.PUSH_TYPE': 'alert' } };
const push = () => pushSender().push({ endpointArn }, message);
const asked = () => sns.requests.map(({ body }) => Object.fromEntries(new URLSearchParams(body)));

describe('a push', () => {
  test('goes to the device’s own address, in the platform’s own form', async () => {
    expect(await push()).toBe('accepted');
    expect(asked()).toEqual([
      {
        Action: 'Publish',
        Version: '2010-03-31',
        TargetArn: endpointArn,
        MessageStructure: 'json',
        Message: '{"default":"hi"}',
        'MessageAttributes.entry.1.Name': 'AWS.SNS.MOBILE.APNS.PUSH_TYPE',
        'MessageAttributes.entry.1.Value.DataType': 'String',
        'MessageAttributes.entry.1.Value.StringValue': 'alert',
      },
    ]);
  });

  test.each<[string, string, StandInAnswer]>([
    ['the platform knows the device no more', 'gone', refusal(400, 'EndpointDisabled', 'Endpoint is disabled')],
    ['its address was deleted', 'gone', refusal(404, 'NotFound', 'Endpoint does not exist')],
    [
      'its address was never there',
      'gone',
      refusal(400, 'InvalidParameter', 'Invalid parameter: TargetArn Reason: No endpoint found'),
    ],
    ['the payload is wrong', 'refused', refusal(400, 'InvalidParameter', 'Invalid parameter: Message too long')],
    ['a value is wrong', 'refused', refusal(400, 'ParameterValueInvalid')],
    ['the platform is switched off', 'later', refusal(400, 'PlatformApplicationDisabled')],
    ['SNS has no time', 'later', refusal(429, 'Throttled', 'Rate exceeded')],
    ['a grant is missing', 'later', refusal(403, 'AuthorizationError')],
    ['SNS fails', 'later', refusal(500, 'InternalError')],
    ['something before SNS fails', 'unknown', { status: 503, body: 'Service Unavailable' }],
    ['nobody answers in time', 'unknown', 'silence'],
    ['the answer is cut off', 'unknown', 'hangUp'],
  ])('of which %s is %s, after one try', async (_, outcome, given) => {
    answer = given;
    expect(await push()).toBe(outcome);
    expect(sns.requests).toHaveLength(1);
    expect(output.lines()).toEqual([
      expect.objectContaining({ message: 'a push that was not taken', outcome, application: 'APNS/parley' }),
    ]);
    expect(output.text()).not.toContain('5e3e9847');
  });

  test('that never left is to be tried again', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL_SNS', 'http://127.0.0.1:9');
    expect(await push()).toBe('later');
  });
});

describe('an SMS', () => {
  const send = () => smsSender().send('+4915112345678', 'hi');

  test('goes to the number, to be delivered rather than cheap', async () => {
    expect(await send()).toBe(true);
    expect(asked()).toEqual([
      {
        Action: 'Publish',
        Version: '2010-03-31',
        PhoneNumber: '+4915112345678',
        Message: 'hi',
        'MessageAttributes.entry.1.Name': 'AWS.SNS.SMS.SMSType',
        'MessageAttributes.entry.1.Value.DataType': 'String',
        'MessageAttributes.entry.1.Value.StringValue': 'Transactional',
      },
    ]);
  });

  test.each<[string, StandInAnswer]>([
    ['refused', refusal(400, 'InvalidParameter')],
    ['not answered', 'hangUp'],
  ])('that is %s is tried once, and logged without its number', async (_, given) => {
    answer = given;
    expect(await send()).toBe(false);
    expect(sns.requests).toHaveLength(1);
    expect(output.lines()).toEqual([expect.objectContaining({ message: 'an SMS that was not taken' })]);
    expect(output.text()).not.toContain('4915112345678');
  });
});
