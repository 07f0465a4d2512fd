import {
  CreatePlatformApplicationCommand,
  ListPlatformApplicationsCommand,
  SetPlatformApplicationAttributesCommand,
  SNSClient,
} from '@aws-sdk/client-sns';
import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { plannedBy, readSetup, setUpPush, usage } from '../../../bin/push-setup.ts';
import { redrive } from '../../../bin/redrive.ts';

const sns = mockClient(SNSClient);
const sqs = mockClient(SQSClient);
const files: Record<string, string> = {
  'account.json': '{"type":"service_account","private_key":"secret"}',
  'legacy.json': '{"key":"AAAA"}',
  'key.p8': '-----BEGIN PRIVATE KEY-----',
};
const read = (command: string) => readSetup(command.split(' '), (path) => files[path] ?? '');
const fcm = '--stage dev --platform fcm --credentials account.json';
const apns = '--stage dev --platform apns --credentials key.p8 --key-id K1 --team-id T1 --bundle-id org.example.chat';
const arn = 'arn:aws:sns:eu-west-1:123456789012:app/GCM/parley-dev';

beforeEach(() => {
  sns.reset();
  sqs.reset();
  sns.on(ListPlatformApplicationsCommand).resolves({ PlatformApplications: [] });
  sns.on(CreatePlatformApplicationCommand).resolves({ PlatformApplicationArn: arn });
});

describe('push:setup', () => {
  test('makes the application of Firebase', async () => {
    expect(await setUpPush(new SNSClient(), read(fcm))).toBe(arn);
    expect(sns.commandCalls(CreatePlatformApplicationCommand)[0]?.args[0].input).toEqual({
      Platform: 'GCM',
      Name: 'parley-dev',
      Attributes: { PlatformCredential: files['account.json'] },
    });
  });

  test('makes the application of Apple', async () => {
    await setUpPush(new SNSClient(), read(apns));
    expect(sns.commandCalls(CreatePlatformApplicationCommand)[0]?.args[0].input).toEqual({
      Platform: 'APNS',
      Name: 'parley-dev',
      Attributes: {
        PlatformCredential: files['key.p8'],
        PlatformPrincipal: 'K1',
        ApplePlatformTeamID: 'T1',
        ApplePlatformBundleID: 'org.example.chat',
      },
    });
  });

  test('gives new credentials to one that is there, on whatever page', async () => {
    const other = { PlatformApplicationArn: `${arn}-2` };
    sns
      .on(ListPlatformApplicationsCommand)
      .resolvesOnce({ PlatformApplications: [other], NextToken: 'more' })
      .resolves({ PlatformApplications: [{ PlatformApplicationArn: arn }] });
    expect(await setUpPush(new SNSClient(), read(fcm))).toBe(arn);
    expect(sns.commandCalls(CreatePlatformApplicationCommand)).toHaveLength(0);
    expect(sns.commandCalls(SetPlatformApplicationAttributesCommand)[0]?.args[0].input).toMatchObject({
      PlatformApplicationArn: arn,
    });
  });

  test('says what it would do, and no secret', () => {
    const setup = read(`${fcm} --dry-run`);
    expect(setup.isDryRun).toBe(true);
    expect(plannedBy(setup)).toBe(
      'would make or change the SNS platform application GCM/parley-dev, with PlatformCredential',
    );
  });

  test.each([
    ['--stage dev --platform hms', '--platform must be fcm, apns or apns_sandbox'],
    ['--platform fcm', 'missing: --stage, --credentials'],
    ['--stage dev --platform apns --credentials key.p8', 'missing: --key-id, --team-id, --bundle-id'],
    [fcm.replace('account', 'legacy'), 'must be a service account of Firebase'],
  ])('says in one sentence what is wrong with %s', (command, sentence) => {
    expect(() => read(command)).toThrow(sentence);
  });

  test('says how it is used', () => {
    expect(usage).toContain('--platform fcm');
  });
});

describe('redrive', () => {
  const url = 'https://sqs.eu-west-1.amazonaws.com/123456789012/dead';
  const holds = (count: number) =>
    sqs.on(GetQueueAttributesCommand, { QueueUrl: url }).resolves({
      Attributes: { QueueArn: 'arn:of:dead', ApproximateNumberOfMessages: String(count) },
    });

  test.each([
    ['its name', 'dead'],
    ['its URL', url],
  ])('moves what is parked back, of a queue by %s', async (_, queue) => {
    sqs.on(GetQueueUrlCommand, { QueueName: 'dead' }).resolves({ QueueUrl: url });
    holds(3);
    expect(await redrive(new SQSClient(), queue)).toBe(3);
    expect(sqs.commandCalls(StartMessageMoveTaskCommand)[0]?.args[0].input).toEqual({ SourceArn: 'arn:of:dead' });
  });

  test('moves nothing out of an empty queue', async () => {
    holds(0);
    expect(await redrive(new SQSClient(), url)).toBe(0);
    expect(sqs.commandCalls(StartMessageMoveTaskCommand)).toHaveLength(0);
  });
});
