import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ChatFile } from '../../../lambdas/domain/file.ts';
import { fileStorage } from '../../../lambdas/outbound/file-storage.ts';
import { type HttpStandIn, httpStandIn, type StandInAnswer } from '../../helpers/http-stand-in.ts';

const nowMs = Date.UTC(2026, 10, 21, 3, 15);
const kept: StandInAnswer = { status: 204, headers: { 'x-amz-version-id': 'v1' } };
const busy: StandInAnswer = { status: 503, body: '<Error><Code>SlowDown</Code></Error>' };

let answers: StandInAnswer[];
let bucket: HttpStandIn;
beforeEach(async () => {
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  answers = [];
  bucket = await httpStandIn(() => answers.shift() ?? kept);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await bucket.close();
});

const storage = () => fileStorage({ name: 'files', url: bucket.url });
const file = (over: Partial<ChatFile> = {}): ChatFile => ({
  conversationId: 'c1',
  fileId: 'f1',
  uploaderId: 'ann',
  objectKey: 'c1/key',
  fileName: 'x.png',
  contentType: 'image/png',
  size: 5,
  createdAtMs: nowMs,
  ...over,
});
const dispositionOf = (over: Partial<ChatFile>) =>
  new URL(storage().linkTo(file(over), nowMs)).searchParams.get('response-content-disposition');

describe('to keep an upload', () => {
  test('takes the tag from it, and says which version it is', async () => {
    expect(await storage().keep('c1/key')).toBe('v1');
    expect(bucket.requests).toMatchObject([{ method: 'DELETE', path: '/c1/key?tagging=' }]);
    expect(bucket.requests[0]?.headers).toMatchObject({
      'x-amz-content-sha256': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      authorization: expect.stringMatching(
        /\/us-east-1\/s3\/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date,/,
      ),
    });
  });

  test.each<[string, StandInAnswer]>([
    ['is busy', busy],
    ['hangs up', 'hangUp'],
    ['asks to slow down', { status: 429 }],
  ])('asks again where S3 %s', async (_, trouble) => {
    answers = [trouble];
    expect(await storage().keep('c1/key')).toBe('v1');
    expect(bucket.requests).toHaveLength(2);
  });

  test('is for later where S3 is busy twice', async () => {
    answers = [busy, busy, kept];
    await expect(storage().keep('c1/key')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(bucket.requests).toHaveLength(2);
  });

  test('finds nothing where nothing was uploaded', async () => {
    answers = [{ status: 404 }];
    expect(await storage().keep('c1/key')).toBeUndefined();
  });

  test('without the right to is a mistake of ours, in S3’s words', async () => {
    answers = [{ status: 403, body: '<Code>AccessDenied</Code>' }];
    await expect(storage().keep('c1/key')).rejects.toThrow(/S3 answers 403: <Code>AccessDenied/);
  });
});

test('a bucket that keeps no versions is a mistake of ours', async () => {
  answers = [{ status: 204 }];
  await expect(storage().keep('c1/key')).rejects.toThrow(/S3 answers 204/);
});

describe('a link', () => {
  test.each([
    ['image/png', 'inline'],
    ['audio/ogg', 'inline'],
    ['video/mp4', 'inline'],
    ['image/svg+xml', 'attachment'],
    ['text/html', 'attachment'],
    ['application/pdf', 'attachment'],
    ['application/octet-stream', 'attachment'],
  ])('to %s is shown as %s', (contentType, kind) => {
    expect(dispositionOf({ contentType })).toBe(`${kind}; filename*=UTF-8''x.png`);
  });

  test.each([
    ['../../etc/passwd', '.._.._etc_passwd'],
    ['C:\\x.exe', 'C%3A_x.exe'],
    ['a"; b=\r\nc', 'a%22%3B%20b%3D%0D%0Ac'],
    ["it's (1)*.txt", 'it%27s%20%281%29%2A.txt'],
    ['Käse 🧀', 'K%C3%A4se%20%F0%9F%A7%80'],
  ])('keeps the name %j one name', (fileName, written) => {
    expect(dispositionOf({ fileName })).toBe(`inline; filename*=UTF-8''${written}`);
  });

  test('is to the version that was sent, of the type that was said', () => {
    const { searchParams } = new URL(storage().linkTo(file({ objectVersion: 'v7' }), nowMs));
    expect([searchParams.get('versionId'), searchParams.get('response-content-type')]).toEqual(['v7', 'image/png']);
    expect(searchParams.get('X-Amz-Expires')).toBe('300');
  });
});

test('a form is for exactly this file, for five minutes', () => {
  const { url, fields } = storage().uploadOf(file(), nowMs);
  expect(url).toBe(`${bucket.url}/`);
  const policy = JSON.parse(Buffer.from(fields.policy ?? '', 'base64').toString());
  expect(policy.expiration).toBe('2026-11-21T03:20:00.000Z');
  expect(policy.conditions).toEqual(
    expect.arrayContaining([
      { bucket: 'files' },
      ['content-length-range', 5, 5],
      { key: 'c1/key' },
      { 'Content-Type': 'image/png' },
      { tagging: fields.tagging },
    ]),
  );
  expect(fields.tagging).toContain('<Key>state</Key><Value>pending</Value>');
});
