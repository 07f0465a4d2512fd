import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { signerFor, type UnsignedRequest } from '../../../lambdas/outbound/signed-request.ts';
import { sdkSigner } from '../../helpers/sdk-signer.ts';

const region = 'eu-central-1';
const nowMs = Date.UTC(2026, 10, 21, 3, 15, 0, 7);

beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret/with+signs');
  vi.stubEnv('AWS_SESSION_TOKEN', 'session==');
});
afterEach(() => vi.unstubAllEnvs());

/** What AWS's own signer makes of the same request. */
async function authorizationOfSdk(
  { method, host, path, body, headers: own }: UnsignedRequest,
  service = 'execute-api',
): Promise<string | undefined> {
  const signer = sdkSigner({ service, region, applyChecksum: false });
  const { pathname, searchParams } = new URL(path, 'https://host');
  const query = Object.fromEntries(searchParams);
  const headersGiven = { ...own, host };
  const request = { method, protocol: 'https:', hostname: host, path: pathname, body, headers: headersGiven, query };
  const { headers } = await signer.sign(request, { signingDate: new Date(nowMs) });
  return headers.authorization;
}

const host = 'a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com';
const pathTo = (connectionId: string) => `/v1/@connections/${encodeURIComponent(connectionId)}`;

const requests: [string, UnsignedRequest][] = [
  ['a post', { method: 'POST', host, path: pathTo('L0SM9cOFvHcCIhw='), body: '{"events":[]}' }],
  [
    'a post of any text',
    { method: 'POST', host, path: pathTo('L0SM9cOFvHcCIhw='), body: '{"events":["\u{1f600}é\\n"]}' },
  ],
  ['a post of nothing', { method: 'POST', host, path: pathTo('abc'), body: '' }],
  ['a close', { method: 'DELETE', host, path: pathTo('_-9cOFvHcCIhw=='), body: '' }],
  ['an id with everything', { method: 'POST', host, path: pathTo('+/?&%#= ~'), body: '{}' }],
  ['a query', { method: 'DELETE', host, path: '/schedules/n-1?clientToken=t&groupName=Parley-dev', body: '' }],
  ['another port', { method: 'POST', host: '127.0.0.1:3001', path: pathTo('abc='), body: '{}' }],
];

describe('the signature', () => {
  test.each(requests)('of %s is the one that the SDK makes', async (_, request) => {
    const { authorization } = signerFor('execute-api', region)(request, nowMs);
    expect(authorization).toBe(await authorizationOfSdk(request));
  });

  test('of another service’s request covers the headers that it has', async () => {
    const headers = { 'x-amz-target': 'AWSEvents.PutEvents', 'content-type': 'application/x-amz-json-1.1' };
    const put = { method: 'POST' as const, host: 'events.eu-central-1.amazonaws.com', path: '/', body: '{}', headers };
    const signed = signerFor('events', region)(put, nowMs);
    expect(signed).toMatchObject(headers);
    expect(signed.authorization).toBe(await authorizationOfSdk(put, 'events'));
  });

  test('needs no session token', async () => {
    vi.stubEnv('AWS_SESSION_TOKEN', undefined);
    const [[, request] = ['', undefined]] = requests;
    if (!request) throw new Error('there is a request above');
    const headers = signerFor('execute-api', region)(request, nowMs);
    expect(headers).not.toHaveProperty('x-amz-security-token');
    expect(headers.authorization).toBe(await authorizationOfSdk(request));
  });

  test('follows credentials, bodies and days as they change', async () => {
    const sign = signerFor('execute-api', region);
    for (const secret of ['one', 'other']) {
      vi.stubEnv('AWS_SECRET_ACCESS_KEY', secret);
      for (const [, request] of [...requests, ...requests]) {
        expect(sign(request, nowMs).authorization).toBe(await authorizationOfSdk(request));
      }
    }
    const [today, tomorrow] = [nowMs, nowMs + 24 * 3_600_000].map((at) =>
      sign({ method: 'DELETE', host, path: pathTo('abc'), body: '' }, at),
    );
    expect(today?.['x-amz-date']).toBe('20261121T031500Z');
    expect(tomorrow?.authorization).toContain('/20261122/');
  });

  test('without credentials there is none', () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
    expect(() => signerFor('execute-api', region)({ method: 'DELETE', host, path: '/', body: '' }, nowMs)).toThrow(
      'no AWS credentials',
    );
  });
});
