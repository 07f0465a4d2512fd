import {
  CreatePlatformEndpointCommand,
  DeleteEndpointCommand,
  EndpointDisabledException,
  GetEndpointAttributesCommand,
  InternalErrorException,
  InvalidParameterException,
  InvalidParameterValueException,
  type MessageAttributeValue,
  NotFoundException,
  PlatformApplicationDisabledException,
  PublishCommand,
  type PublishCommandInput,
  SetEndpointAttributesCommand,
  SNSClient,
  ThrottledException,
} from '@aws-sdk/client-sns';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createClock } from '../../../local/clock.ts';
import { createMeter } from '../../../local/meter.ts';
import { createPushControl } from '../../../local/sns/push-control.ts';
import { createPushEndpoints } from '../../../local/sns/push-endpoints.ts';
import { createPushPlatforms } from '../../../local/sns/push-platforms.ts';
import { createPushSink } from '../../../local/sns/push-sink.ts';
import { createSnsService } from '../../../local/sns/service.ts';
import { openStore } from '../../../local/store.ts';
import { type AwsStandIn, startAwsStandIn } from './aws-stand-in.ts';
import { deploymentAllowing } from './deployment.ts';

const arnOf = (what: string) => `arn:aws:sns:us-east-1:000000000000:${what}`;
const deployment = deploymentAllowing([{ Effect: 'Allow', Action: 'sns:Publish', Resource: arnOf('endpoint/*') }]);
const store = openStore(':memory:');
const meter = createMeter();
const parts = {
  endpoints: createPushEndpoints(store),
  platforms: createPushPlatforms(),
  sink: createPushSink(store, createClock()),
};
const { sink } = parts;
const control = createPushControl(parts);
let aws: AwsStandIn;
let sns: SNSClient;

beforeAll(async () => {
  aws = await startAwsStandIn(deployment, { sns: createSnsService({ ...parts, meter }) });
  sns = new SNSClient(aws.settingsFor('local-admin'));
});
beforeEach(() => {
  sink.clear();
  meter.reset();
});
afterAll(async () => {
  sns.destroy();
  await aws.close();
});

const register = async (Token: string, CustomUserData?: string, platform = 'GCM') => {
  const PlatformApplicationArn = arnOf(`app/${platform}/parley-local`);
  const create = new CreatePlatformEndpointCommand({ PlatformApplicationArn, Token, CustomUserData });
  return (await sns.send(create)).EndpointArn ?? '';
};
const change = (EndpointArn: string, Attributes: Record<string, string>) =>
  sns.send(new SetEndpointAttributesCommand({ EndpointArn, Attributes }));
const publish = (input: Omit<PublishCommandInput, 'Message'> & { Message?: string }) =>
  sns.send(new PublishCommand({ Message: 'hello', ...input }));
const attribute = (StringValue: string): MessageAttributeValue => ({ DataType: 'String', StringValue });

describe('an endpoint', () => {
  test('is the same for the same token', async () => {
    const arn = await register('same', 'bob');
    expect(arn).toMatch(/^arn:aws:sns:us-east-1:000000000000:endpoint\/GCM\/parley-local\/[\w-]{36}$/);
    expect(await register('same', 'bob')).toBe(arn);
  });

  test('is described as it was changed', async () => {
    const EndpointArn = await register('described <1>', 'bob');
    await change(EndpointArn, { Enabled: 'false' });
    const { Attributes } = await sns.send(new GetEndpointAttributesCommand({ EndpointArn }));
    expect(Attributes).toEqual({ Token: 'described <1>', Enabled: 'false', CustomUserData: 'bob' });
  });

  test('of another one’s token is refused, and the answer names that one', async () => {
    const arn = await register('taken', 'bob');
    const reason = `Invalid parameter: Token Reason: Endpoint ${arn} already exists with the same Token, but different attributes.`;
    const other = await register('free', 'eve');
    for (const attempt of [() => register('taken', 'eve'), () => change(other, { Token: 'taken' })]) {
      const refusal = await attempt().catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(InvalidParameterException);
      expect(refusal).toMatchObject({ message: reason });
    }
  });

  test.each([
    ['a token of Apple that is not hexadecimal', ['xyz', undefined, 'APNS'], 'no more than 400 hexadecimal characters'],
    ['a token that is too long', ['x'.repeat(8193)], 'must be at most 8192 bytes long in UTF-8 encoding'],
    ['user data that is too long', ['x', 'é'.repeat(1025)], 'must be at most 2048 bytes long in UTF-8 encoding'],
  ] as const)('is refused for %s', async (_sentence, [token, userData, platform], reason) => {
    await expect(register(token, userData, platform)).rejects.toThrow(reason);
  });

  test('that is unknown is not found', async () => {
    await expect(change(arnOf('endpoint/GCM/parley-local/none'), {})).rejects.toBeInstanceOf(NotFoundException);
  });
});

describe('a push', () => {
  test('can be seen with its device and its attributes, and is counted', async () => {
    const TargetArn = await register('published');
    const Message = JSON.stringify({ default: 'Hi & <welcome>', GCM: '{}' });
    const name = 'AWS.SNS.MOBILE.APNS.PUSH_TYPE';
    await publish({ TargetArn, Message, MessageStructure: 'json', MessageAttributes: { [name]: attribute('alert') } });
    const seen = { kind: 'push', target: TargetArn, deviceToken: 'published', message: Message };
    expect(sink.published()).toMatchObject([{ ...seen, attributes: { [name]: 'alert' } }]);
    expect(meter.report().sns).toEqual({ publishes: 1, smsParts: 0 });
  });

  test.each([
    ['no default', '{"GCM":"{}"}', 'Message Structure - No default entry in JSON message body'],
    ['no JSON', 'hello', 'Message Structure - JSON message body failed to parse'],
    ['no JSON for the platform', '{"default":"","GCM":"hello"}', 'for protocol GCM: Notification is malformed'],
    ['too much for the platform', structured('GCM', 4097), 'GCM: Notification data is larger than allowed limit'],
    ['too much for SNS', structured('APNS', 256 * 1024), 'Invalid parameter: Message too long'],
  ])('with %s is refused', async (_sentence, Message, reason) => {
    const push = publish({ TargetArn: await register('refused'), Message, MessageStructure: 'json' });
    await expect(push).rejects.toBeInstanceOf(InvalidParameterException);
    await expect(push).rejects.toThrow(reason);
    expect(sink.published()).toEqual([]);
  });

  test('is measured by the payload of its own platform alone', async () => {
    const Message = structured('GCM', 4097);
    const apple = { TargetArn: await register('c0ffee', undefined, 'APNS'), MessageStructure: 'json' };
    await publish({ ...apple, Message });
    expect(sink.published()).toHaveLength(1);
    await expect(publish({ ...apple, Message: structured('APNS', 4097) })).rejects.toThrow(
      'APNS: Notification is too long',
    );
    await publish({ ...apple, Message: structured('APNS', 4096) });
  });

  test('with an empty attribute is refused', async () => {
    const push = publish({ TargetArn: await register('x'), MessageAttributes: { ttl: attribute('') } });
    await expect(push).rejects.toBeInstanceOf(InvalidParameterValueException);
  });
});

describe('what the platforms do', () => {
  test('a device that they no longer reach is disabled, by its token or its ARN, until it is enabled again', async () => {
    const TargetArn = await register('gone');
    for (const choice of [{ deviceToken: 'gone' }, { endpointArn: TargetArn }]) {
      control.enableEndpoints(choice, false);
      await expect(publish({ TargetArn })).rejects.toBeInstanceOf(EndpointDisabledException);
      await change(TargetArn, { Enabled: 'true' });
      await publish({ TargetArn });
    }
  });

  test('an endpoint that was deleted is no target', async () => {
    const [first, second] = [await register('first'), await register('second')];
    await sns.send(new DeleteEndpointCommand({ EndpointArn: first }));
    control.removeEndpoints({ deviceToken: 'second' });
    for (const TargetArn of [first, second]) {
      await expect(publish({ TargetArn })).rejects.toThrow('No endpoint found for the target arn specified');
    }
  });

  test('an application that is disabled takes nothing, and the others go on', async () => {
    const [google, apple] = [await register('google'), await register('a991e', undefined, 'APNS')];
    control.enablePlatform('APNS', false);
    await expect(publish({ TargetArn: apple })).rejects.toBeInstanceOf(PlatformApplicationDisabledException);
    await publish({ TargetArn: google });
    control.enablePlatform('APNS', true);
    await publish({ TargetArn: apple });
    expect(sink.published().map(({ target }) => target)).toEqual([google, apple]);
  });

  test('a device that never registered cannot be chosen', () => {
    expect(() => control.removeEndpoints({ deviceToken: 'never' })).toThrow('no endpoint is registered for never');
  });
});

describe('a text message', () => {
  const PhoneNumber = '+15550100200';

  test('is told from a push, and counted in parts', async () => {
    await publish({ PhoneNumber, Message: 'a'.repeat(161), MessageAttributes: { kind: attribute('x') } });
    expect(sink.published()).toMatchObject([{ kind: 'sms', target: PhoneNumber, attributes: { kind: 'x' } }]);
    expect(meter.report().sns).toEqual({ publishes: 0, smsParts: 2 });
  });

  test('of a structured message is the text for SMS', async () => {
    await publish({ PhoneNumber, Message: '{"default":"any","sms":"short"}', MessageStructure: 'json' });
    expect(sink.published()).toMatchObject([{ message: 'short' }]);
  });

  test.each([
    ['to no number', { PhoneNumber: '+1' }, 'Invalid parameter: PhoneNumber Reason: +1 is not valid to publish to'],
    ['of more than 1,600 bytes', { PhoneNumber, Message: 'é'.repeat(801) }, 'Message too long'],
  ])('%s is refused', async (_sentence, input, reason) => {
    await expect(publish(input)).rejects.toThrow(reason);
  });
});

describe('a function', () => {
  test('may publish to what it was granted, and to no phone', async () => {
    const worker = new SNSClient(aws.settingsFor('local-Worker'));
    await worker.send(new PublishCommand({ TargetArn: await register('granted'), Message: 'hello' }));
    const text = worker.send(new PublishCommand({ PhoneNumber: '+15550100200', Message: 'hello' }));
    await expect(text).rejects.toMatchObject({ name: 'AuthorizationErrorException' });
    worker.destroy();
  });
});

describe('a fault', () => {
  test.each([
    ['EndpointDisabled', EndpointDisabledException],
    ['PlatformApplicationDisabled', PlatformApplicationDisabledException],
    ['InvalidParameter', InvalidParameterException],
    ['NotFound', NotFoundException],
    ['Throttled', ThrottledException],
    ['InternalError', InternalErrorException],
  ] as const)('%s is the exception of that name', async (error, exception) => {
    aws.faults.add([{ service: 'sns', operation: 'Publish', error, when: 'before', times: 1 }]);
    await expect(publish({ TargetArn: await register('struck') })).rejects.toBeInstanceOf(exception);
  });
});

/** A message whose payload for one platform has so many bytes. */
function structured(platform: string, bytes: number): string {
  const frame = '{"text":""}';
  return JSON.stringify({ default: '', [platform]: frame.replace('""', `"${'x'.repeat(bytes - frame.length)}"`) });
}
