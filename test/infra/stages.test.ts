import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type RateLimits, readStage, type Stage, StageSettingError, validated } from '../../lib/stages.ts';
import { localStage } from './synthesis.ts';

const identity = { issuer: 'https://login.example.com/', audience: 'chat', jwksUrl: 'https://login.example.com/keys' };
const given = (context: Record<string, unknown>) => (key: string) => context[key];

describe('readStage', () => {
  test('is local when no stage is named, and needs nothing else', () => {
    const { name, identity } = readStage(given({}));
    expect(name).toBe('local');
    expect(identity).toEqual({
      issuer: 'https://identity.parley.local',
      audience: 'parley',
      jwksUrl: 'https://identity.parley.local/jwks.json',
    });
  });

  test.each(['dev', 'prod'])('takes the identity of %s from the command line', (stage) => {
    expect(readStage(given({ stage, ...identity }))).toMatchObject({ name: stage, identity });
  });

  test('limits the users of local as people are limited, where it is asked to', () => {
    const sendsOf = (context: object) => readStage(given({ ...context })).limits.rates.send;
    expect([sendsOf({}), sendsOf({ rates: 'usual' })]).toEqual([
      { perSecond: 100, burst: 300 },
      { perSecond: 10, burst: 30 },
    ]);
  });

  test('protects the data of prod alone', () => {
    const isProtected = (stage: string) => readStage(given({ stage, ...identity })).protectData;
    expect(['local', 'dev', 'prod'].map(isProtected)).toEqual([false, false, true]);
  });

  test.each([
    [
      { stage: 'dev' },
      'issuer, audience, jwksUrl not set: add -c issuer=<value> -c audience=<value> -c jwksUrl=<value>',
    ],
    [{ stage: 'prod', ...identity, audience: '' }, 'audience not set: add -c audience=<value>'],
    [{ stage: 'staging' }, 'lib/stages.ts knows local, dev, prod: name one with -c stage=<name>'],
    [{ rates: 'none' }, 'unable to read rates none; leave them to lib/stages.ts or say -c rates=usual'],
    [{ stage: 'constructor' }, 'lib/stages.ts knows local, dev, prod: name one with -c stage=<name>'],
    [{ stage: 'dev', ...identity, issuer: 'login.example.com' }, 'issuer must be an https URL'],
    [{ stage: 'dev', ...identity, jwksUrl: 'http://login.example.com' }, 'jwksUrl must be an https URL'],
  ])('refuses %o in one sentence that names the fix', (context, sentence) => {
    const read = () => readStage(given(context));
    expect(read).toThrow(StageSettingError);
    expect(read).toThrow(sentence);
    expect(read).not.toThrow('\n');
  });
});

test('the command says what is wrong in one line, without a stack trace', () => {
  const root = join(import.meta.dirname, '../..');
  const env = { ...process.env, CDK_CONTEXT_JSON: '{"stage":"dev"}' };
  const { status, stderr } = spawnSync(process.execPath, ['bin/parley.ts'], { cwd: root, env, encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringMatching(/^unable to read stage dev; .*\n$/) });
});

describe('validated', () => {
  const withRates = (rates: Partial<RateLimits>) => ({
    ...localStage.limits,
    rates: { ...localStage.limits.rates, ...rates },
  });
  const arn = 'arn:aws:sns:eu-west-1:123456789012:app/GCM/chat';
  const wrong: [string, Partial<Stage>][] = [
    ['allowedOrigins must name an origin', { allowedOrigins: [] }],
    ['allowedOrigins must be * or origins', { allowedOrigins: ['https://chat.example.com/'] }],
    ['pushDelaySeconds must be', { pushDelaySeconds: 901 }],
    ['pushDelaySeconds must be', { pushDelaySeconds: 0.5 }],
    ['presenceGraceSeconds must be', { presenceGraceSeconds: 901 }],
    ['presenceGraceSeconds must be', { presenceGraceSeconds: -1 }],
    ['limits.membersPerGroup must be', { limits: { ...localStage.limits, membersPerGroup: 1 } }],
    ['limits.connectsPerMinute must be', { limits: { ...localStage.limits, connectsPerMinute: 31 } }],
    ['limits.connectionsPerUser must be', { limits: { ...localStage.limits, connectionsPerUser: 0 } }],
    ['limits.rates.send.burst and', { limits: withRates({ send: { perSecond: 10, burst: 9 } }) }],
    ['limits.rates.send.burst and', { limits: withRates({ request: { perSecond: 10, burst: 9 } }) }],
    ['limits.rates must have perSecond', { limits: withRates({ send: { perSecond: 0, burst: 30 } }) }],
    ['limits.rates must have perSecond', { limits: withRates({ serviceFactor: 0.5 }) }],
    ['throttling.requestsPerSecond must be', { throttling: { requestsPerSecond: 0, burst: 1 } }],
    ['throttling.burst must be', { throttling: { requestsPerSecond: 1, burst: 0 } }],
    ['attachments.contentTypes must be', { attachments: { ...localStage.attachments, contentTypes: [] } }],
    ['attachments.contentTypes must be', { attachments: { ...localStage.attachments, contentTypes: ['*'] } }],
    ['attachments.contentTypes must be', { attachments: { ...localStage.attachments, contentTypes: ['text/*'] } }],
    ['attachments.contentTypes must be', { attachments: { ...localStage.attachments, contentTypes: ['text/html'] } }],
    ['attachments.bytesPerUserAndDay must be', { attachments: { ...localStage.attachments, bytesPerUserAndDay: 1e6 } }],
    ['sms must be off', { sms: { perUserPerDay: 0, perDay: 10 } }],
    ['sms must be off', { sms: { perUserPerDay: 1, perDay: 0.5 } }],
    ['platformApplications must be ARNs', { platformApplications: { apns: arn } }],
  ];

  test.each(wrong)('says that %s … for %o', (complaint, settings) => {
    expect(() => validated({ ...localStage, ...settings })).toThrow(complaint);
  });

  test('says everything that is wrong at once', () => {
    const settings = { ...localStage, pushDelaySeconds: -1, allowedOrigins: [] };
    expect(() => validated(settings)).toThrow(/allowedOrigins must name.*pushDelaySeconds must be/);
  });

  test('takes an application of the right platform and origins by name', () => {
    const settings = { platformApplications: { fcm: arn }, allowedOrigins: ['https://chat.example.com'] };
    expect(validated({ ...localStage, ...settings })).toMatchObject(settings);
  });
});
