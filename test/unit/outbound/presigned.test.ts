import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type PresignedRequest, presigner } from '../../../lambdas/outbound/presigned.ts';
import { sdkSigner } from '../../helpers/sdk-signer.ts';

const region = 'eu-central-1';
const nowMs = Date.UTC(2026, 10, 21, 3, 15, 0, 7);

const withCredentials = (keyId: string, secret: string, token?: string) => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', keyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', secret);
  vi.stubEnv('AWS_SESSION_TOKEN', token);
};
beforeEach(() => withCredentials('AKIAEXAMPLE', 'secret/with+signs', 'session=='));
afterEach(() => vi.unstubAllEnvs());

const signerOfSdk = () => sdkSigner({ service: 's3', region, uriEscapePath: false });

/** The SDK's presigner says in the query too that the body is not signed. */
const unsigned = { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };

/** All that AWS's own signer makes of the same request. */
async function queryOfSdk({ baseUrl, objectKey, query, seconds }: PresignedRequest) {
  const { protocol, hostname, host, port, pathname: path } = new URL(`${baseUrl}/${objectKey}`);
  const headers = { host, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };
  const address = { protocol, hostname, ...(port && { port: Number(port) }), path };
  const request = { ...address, method: 'GET', headers, query };
  const signed = await signerOfSdk().presign(request, { expiresIn: seconds, signingDate: new Date(nowMs) });
  return signed.query;
}

const bucket = 'https://chat-files.s3.eu-central-1.amazonaws.com';
const request = (over: Partial<PresignedRequest> = {}): PresignedRequest => ({
  method: 'GET',
  baseUrl: bucket,
  objectKey: 'gAbC-_~1/q3',
  query: {},
  seconds: 300,
  ...over,
});

describe('a link', () => {
  test.each<[string, PresignedRequest]>([
    ['an object', request()],
    ['a version', request({ query: { versionId: 'L4kqtJlcpXroDTDmpUMLUo' } })],
    [
      'another type and name',
      request({
        query: {
          'response-content-type': 'image/svg+xml',
          'response-content-disposition': "attachment; filename*=UTF-8''K%C3%A4se%20%28*%29!.svg",
        },
      }),
    ],
    ['a bucket by its path, at a port', request({ baseUrl: 'http://127.0.0.1:4000/_local/s3/files' })],
    ['a second', request({ seconds: 1 })],
  ])('to %s is signed as the SDK signs it', async (_, asked) => {
    const url = presigner(region).url({ ...asked, query: { ...asked.query, ...unsigned } }, nowMs);
    expect(Object.fromEntries(new URL(url).searchParams)).toEqual(await queryOfSdk(asked));
  });

  test('without a session token is signed as the SDK signs it', async () => {
    withCredentials('AKIAEXAMPLE', 'secret', undefined);
    const url = presigner(region).url(request({ query: unsigned }), nowMs);
    expect(Object.fromEntries(new URL(url).searchParams)).toEqual(await queryOfSdk(request()));
  });

  test('is the one of AWS’s own example', () => {
    // docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
    withCredentials('AKIAIOSFODNN7EXAMPLE', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', undefined);
    const example = { baseUrl: 'https://examplebucket.s3.amazonaws.com', objectKey: 'test.txt', seconds: 86_400 };
    const url = presigner('us-east-1').url(request(example), Date.UTC(2013, 4, 24));
    expect(url).toMatch(/&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404$/);
  });
});

describe('a form', () => {
  const expiresAtMs = nowMs + 300_000;
  const form = () =>
    presigner(region).form({ key: 'a/b', 'Content-Type': 'image/png' }, [{ bucket: 'files' }], { nowMs, expiresAtMs });

  test('has a policy that asks for each of its fields, and for what else was asked', () => {
    const { policy, 'x-amz-signature': signature, ...fields } = form();
    expect(JSON.parse(Buffer.from(policy, 'base64').toString())).toEqual({
      expiration: '2026-11-21T03:20:00.007Z',
      conditions: [{ bucket: 'files' }, ...Object.entries(fields).map(([name, value]) => ({ [name]: value }))],
    });
    expect(fields).toEqual({
      key: 'a/b',
      'Content-Type': 'image/png',
      'x-amz-algorithm': 'AWS4-HMAC-SHA256',
      'x-amz-credential': 'AKIAEXAMPLE/20261121/eu-central-1/s3/aws4_request',
      'x-amz-date': '20261121T031500Z',
      'x-amz-security-token': 'session==',
    });
    expect(signature).toMatch(/^[0-9a-f]{64}$/);
  });

  test('is signed as the SDK signs its policy', async () => {
    const { policy, 'x-amz-signature': signature } = form();
    expect(signature).toBe(await signerOfSdk().sign(policy, { signingDate: new Date(nowMs) }));
  });
});
