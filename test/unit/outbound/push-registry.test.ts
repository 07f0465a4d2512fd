import {
  CreatePlatformEndpointCommand,
  DeleteEndpointCommand,
  InternalErrorException,
  InvalidParameterException,
  NotFoundException,
  SetEndpointAttributesCommand,
  SNSClient,
} from '@aws-sdk/client-sns';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { pushRegistry } from '../../../lambdas/outbound/push-registry.ts';

const sns = mockClient(SNSClient);
const applicationArn = 'arn:aws:sns:us-east-1:000000000000:app/GCM/parley';
const endpointArn = 'arn:aws:sns:us-east-1:000000000000:endpoint/GCM/parley/1';
const registry = pushRegistry({ fcm: applicationArn });
const register = (platform: 'fcm' | 'apns' = 'fcm') => registry.register({ platform, token: 'token-1', userId: 'ann' });
const invalid = (message: string) => new InvalidParameterException({ message, $metadata: {} });

describe('a registration', () => {
  beforeEach(() => {
    sns.reset();
    sns.on(CreatePlatformEndpointCommand).resolves({ EndpointArn: endpointArn });
    sns.on(SetEndpointAttributesCommand).resolves({});
  });

  test('gives the device’s address at its platform, switched on', async () => {
    expect(await register()).toBe(endpointArn);
    const [create, enable] = sns.calls().map(({ args: [{ input }] }) => input);
    expect(create).toEqual({ PlatformApplicationArn: applicationArn, Token: 'token-1' });
    expect(enable).toEqual({ EndpointArn: endpointArn, Attributes: { Enabled: 'true', Token: 'token-1' } });
  });

  test('of a token that has an address with other attributes gives that one, switched on', async () => {
    const existing = `${endpointArn}-existing`;
    const message = `Invalid parameter: Token Reason: Endpoint ${existing} already exists with the same Token, but different attributes.`;
    sns.on(CreatePlatformEndpointCommand).rejects(invalid(message));
    expect(await register()).toBe(existing);
    expect(sns.commandCalls(SetEndpointAttributesCommand)[0]?.args[0].input).toMatchObject({ EndpointArn: existing });
  });

  test('of a token that the platform does not take is refused by name', async () => {
    sns
      .on(CreatePlatformEndpointCommand)
      .rejects(invalid('Invalid parameter: Token Reason: must be 64 hex characters'));
    await expect(register()).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      details: { errors: [{ path: 'token', message: 'is not a token of this platform' }] },
    });
  });

  test('for a platform that is not set up is refused by name, and asks nobody', async () => {
    await expect(register('apns')).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      details: { errors: [{ path: 'platform', message: 'push is not set up for this platform' }] },
    });
    expect(sns.calls()).toHaveLength(0);
  });

  test('of a token whose address goes at that moment gives a new one', async () => {
    const gone = new NotFoundException({ message: 'Endpoint does not exist', $metadata: {} });
    const another = `${endpointArn}-another`;
    sns.on(CreatePlatformEndpointCommand).resolvesOnce({ EndpointArn: endpointArn }).resolves({ EndpointArn: another });
    sns.on(SetEndpointAttributesCommand).rejectsOnce(gone).resolves({});
    expect(await register()).toBe(another);
    expect(sns.commandCalls(SetEndpointAttributesCommand)[1]?.args[0].input).toMatchObject({ EndpointArn: another });
  });

  const broken = new InternalErrorException({ message: 'oops', $metadata: {} });
  test.each([
    ['making the address', () => sns.on(CreatePlatformEndpointCommand).rejects(broken)],
    ['switching it on', () => sns.on(SetEndpointAttributesCommand).rejects(broken)],
  ])('fails where SNS fails at %s', async (_, breakSns) => {
    breakSns();
    await expect(register()).rejects.toBe(broken);
  });

  test('is taken back at its address', async () => {
    sns.on(DeleteEndpointCommand).resolves({});
    await registry.unregister(endpointArn);
    expect(sns.call(0).args[0].input).toEqual({ EndpointArn: endpointArn });
  });
});
