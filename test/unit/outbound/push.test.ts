import {
  AuthorizationErrorException,
  EndpointDisabledException,
  InternalErrorException,
  InvalidParameterException,
  NotFoundException,
  PlatformApplicationDisabledException,
  PublishCommand,
  SNSClient,
  ThrottledException,
} from '@aws-sdk/client-sns';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { pushSender } from '../../../lambdas/outbound/push.ts';

const sns = mockClient(SNSClient);
const endpointArn = 'arn:aws:sns:us-east-1:000000000000:endpoint/GCM/app/1';
const push = () => pushSender().push({ endpointArn }, '{"default":"hi"}');
const told = (message: string) => ({ message, $metadata: {} });

describe('a push', () => {
  beforeEach(() => {
    sns.reset();
  });

  test('goes to the device’s own address, in the platform’s own form', async () => {
    sns.on(PublishCommand).resolves({ MessageId: '1' });
    expect(await push()).toBe('accepted');
    expect(sns.call(0).args[0].input).toEqual({
      TargetArn: endpointArn,
      MessageStructure: 'json',
      Message: '{"default":"hi"}',
    });
  });

  test.each([
    ['is disabled', new EndpointDisabledException(told('Endpoint is disabled'))],
    ['was deleted', new NotFoundException(told('Endpoint does not exist'))],
    [
      'was never there',
      new InvalidParameterException(told('Invalid parameter: TargetArn Reason: No endpoint found for the target arn')),
    ],
  ])('to a device that %s is gone for good', async (_, error) => {
    sns.on(PublishCommand).rejects(error);
    expect(await push()).toBe('gone');
  });

  test.each([
    ['the platform is switched off', new PlatformApplicationDisabledException(told('disabled'))],
    ['SNS has no time', new ThrottledException(told('Rate exceeded'))],
    ['SNS fails', new InternalErrorException(told('oops'))],
    ['a grant is missing', new AuthorizationErrorException(told('not authorized'))],
    ['the payload is wrong', new InvalidParameterException(told('Invalid parameter: Message too long'))],
  ])('fails, and the device is kept, where %s', async (_, error) => {
    sns.on(PublishCommand).rejects(error);
    await expect(push()).rejects.toBe(error);
  });
});
