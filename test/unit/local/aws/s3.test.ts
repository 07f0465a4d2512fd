import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Condition, presigner } from '../../../../lambdas/outbound/presigned.ts';
import { AwsError } from '../../../../local/aws/service.ts';
import { createFaults } from '../../../../local/faults.ts';
import { openObjects } from '../../../../local/s3/objects.ts';
import { createS3Gateway } from '../../../../local/s3/s3-gateway.ts';
import { openStore } from '../../../../local/store.ts';
import { deploymentOf, type Template } from '../../../../local/template.ts';
import { fakeClock } from '../../../helpers/fake-clock.ts';

const host = '127.0.0.1:4000';
const baseUrl = `http://${host}/_local/s3/chat-files`;
const template: Template = {
  Resources: {
    Files: {
      Type: 'AWS::S3::Bucket',
      Properties: {
        Name: 'Chat-Files',
        VersioningConfiguration: { Status: 'Enabled' },
        CorsConfiguration: {
          CorsRules: [{ AllowedOrigins: ['https://chat.example'], AllowedMethods: ['GET', 'POST'] }],
        },
        LifecycleConfiguration: {
          Rules: [
            { TagFilters: [{ Key: 'state', Value: 'pending' }], ExpirationInDays: 1 },
            { ExpiredObjectDeleteMarker: true },
          ],
        },
      },
    },
  },
};
const pending = '<Tagging><TagSet><Tag><Key>state</Key><Value>pending</Value></Tag></TagSet></Tagging>';
const aDay = 24 * 3_600_000;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-s3-'));
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local-Uploader');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  vi.stubEnv('AWS_SESSION_TOKEN', 'worker-1');
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** A bucket, and a function that may do all with it but what is denied. */
function bucketWith({ denied = [] as string[] } = {}) {
  const clock = fakeClock();
  const deployment = deploymentOf(template, { stackName: 'Chat', region: 'us-east-1', accountId: '000000000000' });
  const iam = {
    roleMay: () => false,
    knows: ({ functionId }: { functionId: string }) => functionId === 'Uploader',
    authorize(_caller: object, { action, resources }: { action: string; resources: string[] }) {
      if (denied.includes(action)) throw new AwsError(400, 'AccessDeniedException', `${action} on ${resources}`);
    },
  };
  const objects = openObjects(openStore(folder), folder, clock);
  const gateway = createS3Gateway({ deployment, objects, iam, faults: createFaults(() => undefined), clock });
  const ask = async (
    method: string,
    url: string,
    headers: Record<string, string> = {},
    body: Buffer = Buffer.alloc(0),
  ) => {
    const { pathname: path, search } = new URL(url);
    const request = { method, path, rawQuery: search.slice(1), headers: { host, ...headers }, body, sourceIp: '::1' };
    const reply = await gateway(request);
    return { ...reply, text: reply.body.toString(), code: /<Code>(\w+)/.exec(reply.body.toString())?.[1] };
  };
  return { clock, ask, ...clientsOf(ask, clock) };
}

type Ask = (
  method: string,
  url: string,
  headers?: Record<string, string>,
  body?: Buffer,
) => Promise<{ status: number }>;

function clientsOf<Answer>(
  ask: (...given: Parameters<Ask>) => Promise<Answer>,
  clock: { now(): number },
  signer = presigner('us-east-1'),
) {
  return {
    async post(fields: Record<string, string>, conditions: Condition[] = [], file = 'hello', more: string[][] = []) {
      const until = { nowMs: clock.now(), expiresAtMs: clock.now() + 300_000 };
      const form = new FormData();
      const signed = signer.form(fields, [{ bucket: 'chat-files' }, ...conditions], until);
      for (const [name = '', value = ''] of [...Object.entries(signed), ...more]) form.append(name, value);
      form.append('file', new Blob([file]), 'file');
      const encoded = new Response(form);
      const headers = { 'content-type': encoded.headers.get('content-type') ?? '' };
      return ask('POST', `${baseUrl}/`, headers, Buffer.from(await encoded.arrayBuffer()));
    },
    get: (objectKey: string, query: Record<string, string> = {}) =>
      ask('GET', signer.url({ method: 'GET', baseUrl, objectKey, query, seconds: 300 }, clock.now())),
    untag: (objectKey: string) =>
      ask('DELETE', `${baseUrl}/${objectKey}?tagging=`, {
        authorization: 'AWS4-HMAC-SHA256 Credential=local-Uploader/20261121/us-east-1/s3/aws4_request, …',
        'x-amz-security-token': 'worker-1',
      }),
  };
}

const file = { key: 'c/k', 'Content-Type': 'text/plain', tagging: pending };

describe('the stand-in for S3', () => {
  test('keeps what a form brings, and gives it to who has a link, after a restart too', async () => {
    const { post } = bucketWith();
    expect(await post(file)).toMatchObject({ status: 204 });
    const restarted = bucketWith();
    expect(await restarted.get('c/k')).toMatchObject({
      status: 200,
      text: 'hello',
      headers: { 'content-type': 'text/plain' },
    });
  });

  test('gives each version of an object, the latest where none is named', async () => {
    const { post, get } = bucketWith();
    const first = await post(file, [], 'first');
    await post(file, [], 'second');
    expect((await get('c/k')).text).toBe('second');
    expect((await get('c/k', { versionId: first.headers['x-amz-version-id'] ?? '' })).text).toBe('first');
  });

  test('deletes what is tagged for it after its days, and keeps what is not', async () => {
    const { post, get, untag, clock } = bucketWith();
    await post(file);
    await post({ ...file, key: 'c/kept' });
    expect(await untag('c/kept')).toMatchObject({ status: 204 });
    clock.advance(aDay);
    expect((await get('c/k')).status).toBe(200);
    clock.advance(1);
    expect(await get('c/k')).toMatchObject({ status: 404, code: 'NoSuchKey' });
    expect((await get('c/kept')).status).toBe(200);
  });

  test.each<[string, Condition[], string, string[][], string | undefined]>([
    ['a size within the range', [['content-length-range', 5, 5]], 'hello', [], undefined],
    ['a size below the range', [['content-length-range', 6, 9]], 'hello', [], 'EntityTooSmall'],
    ['a size above the range', [['content-length-range', 1, 4]], 'hello', [], 'EntityTooLarge'],
    ['a field that no condition has', [], 'hello', [['acl', 'public-read']], 'AccessDenied'],
    ['a field that is to be ignored', [], 'hello', [['x-ignore-this', 'x']], undefined],
    ['a condition that no field has', [{ acl: 'private' }], 'hello', [], 'AccessDenied'],
    ['another bucket', [{ bucket: 'another' }], 'hello', [], 'AccessDenied'],
  ])('checks a form with %s', async (_, conditions, content, more, code) => {
    const answer = await bucketWith().post(file, conditions, content, more);
    expect([answer.code, answer.status === 204]).toEqual([code, code === undefined]);
  });

  test.each<[string, (bucket: ReturnType<typeof bucketWith>) => Promise<unknown>]>([
    ['s3:PutObject', ({ post }) => post(file)],
    ['s3:PutObjectTagging', ({ post }) => post(file)],
    ['s3:GetObject', ({ get }) => get('c/k')],
    ['s3:DeleteObjectTagging', ({ untag }) => untag('c/k')],
  ])('asks IAM for %s of the function that signed', async (action, ask) => {
    await bucketWith().post(file);
    expect(await ask(bucketWith({ denied: [action] }))).toMatchObject({ status: 403, code: 'AccessDenied' });
  });

  test('tells nobody what is not there who may not list', async () => {
    expect(await bucketWith().untag('c/none')).toMatchObject({ status: 404, code: 'NoSuchKey' });
    const { untag } = bucketWith({ denied: ['s3:ListBucket'] });
    expect(await untag('c/none')).toMatchObject({ status: 403, code: 'AccessDenied' });
  });

  test('knows no key but those of functions, and no secret but theirs', async () => {
    const { get, post } = bucketWith();
    await post(file);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'guessed');
    expect(await get('c/k')).toMatchObject({ status: 403, code: 'SignatureDoesNotMatch' });
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'local-Nobody');
    expect(await get('c/k')).toMatchObject({ status: 403, code: 'InvalidAccessKeyId' });
  });

  test('answers pages of the origins that the bucket allows, and no others', async () => {
    const { ask } = bucketWith();
    const preflight = (origin: string, method: string) =>
      ask('OPTIONS', `${baseUrl}/`, { origin, 'access-control-request-method': method });
    expect((await preflight('https://chat.example', 'POST')).headers).toMatchObject({
      'access-control-allow-origin': 'https://chat.example',
      'access-control-allow-methods': 'GET,POST',
    });
    expect(await preflight('https://chat.example', 'PUT')).toMatchObject({ status: 403, code: 'AccessForbidden' });
    expect(await preflight('https://evil.example', 'POST')).toMatchObject({ status: 403, code: 'AccessForbidden' });
  });

  test('has no bucket but the template’s, and no operation but those that are played', async () => {
    const { ask } = bucketWith();
    expect((await ask('GET', `http://${host}/_local/s3/other/k`)).code).toBe('NoSuchBucket');
    expect((await ask('PUT', `${baseUrl}/k`)).code).toBe('MethodNotAllowed');
    expect((await ask('POST', `${baseUrl}/`, { 'content-type': 'application/json' })).code).toBe('PreconditionFailed');
  });
});
