import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { handler as refuseRoute } from '../../../lambdas/http/refuse-route.lambda.ts';
import { handler as refuseFrame } from '../../../lambdas/websocket/refuse-frame.lambda.ts';
import {
  answerIn,
  authorizerEvent,
  captureOutput,
  context,
  frameEvent,
  httpEvent,
  requestAuthorizerEvent,
} from '../../helpers/events.ts';
import { type HttpStandIn, httpStandIn, type StandInAnswer } from '../../helpers/http-stand-in.ts';
import { audience, goodClaims, issuer, type SigningKey, signingKey } from '../../helpers/tokens.ts';

let provider: HttpStandIn;
let answer: StandInAnswer;
let key: SigningKey;

beforeAll(async () => {
  key = await signingKey('ES256');
  provider = await httpStandIn(() => answer);
  vi.stubEnv('TOKEN_ISSUER', issuer);
  vi.stubEnv('TOKEN_AUDIENCE', audience);
  vi.stubEnv('JWKS_URL', `${provider.url}/jwks.json`);
  vi.stubEnv('ALLOWED_ORIGINS', 'https://app.example.com,https://admin.example.com');
  vi.stubEnv('ALLOW_QUERY_TOKEN', 'false');
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await provider.close();
});
beforeEach(() => {
  vi.resetModules();
  captureOutput();
  provider.requests.length = 0;
  answer = { status: 200, body: JSON.stringify(key.keySet) };
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Cold functions, as their first invocation meets them. */
const coldRequestAuthorizer = async () => (await import('../../../lambdas/http/authorize-request.lambda.ts')).handler;
const coldConnectionAuthorizer = async () =>
  (await import('../../../lambdas/websocket/authorize-connection.lambda.ts')).handler;
const bearer = async () => ({ authorization: `Bearer ${await key.sign(goodClaims(Date.now()))}` });

describe('the authorizer of requests', () => {
  test('fetches the key set with the first token, and no more with the next 100', async () => {
    const authorize = await coldRequestAuthorizer();
    expect(provider.requests).toHaveLength(0);
    const events = Array.from({ length: 100 }, async () => authorize(requestAuthorizerEvent(await bearer()), context));
    for (const verdict of await Promise.all(events)) expect(verdict).toMatchObject({ context: { userId: 'ann' } });
    expect(provider.requests).toHaveLength(1);
  });

  test('lets a refusal through to the function behind, which tells it in the contract’s words', async () => {
    const authorize = await coldRequestAuthorizer();
    const verdict = await authorize(requestAuthorizerEvent({ authorization: 'Bearer x' }), context);
    const { handler } = await import('../../../lambdas/http/refuse-route.lambda.ts');
    expect(verdict).toEqual({
      isAuthorized: true,
      context: { refusal: 'UNAUTHENTICATED', reason: 'unable to authenticate; the token is not valid' },
    });
    expect(answerIn(await handler(httpEvent('$default', { authorizer: verdict.context }), context)).status).toBe(404);
  });

  test('says that the provider is down, not that the token is bad', async () => {
    answer = { status: 503 };
    const verdict = await (await coldRequestAuthorizer())(requestAuthorizerEvent(await bearer()), context);
    expect(verdict.context).toMatchObject({ refusal: 'UNAVAILABLE' });
  });
});

describe('the authorizer of connections', () => {
  test('reads the stage’s origins', async () => {
    const authorize = await coldConnectionAuthorizer();
    const from = async (origin: string) =>
      (await authorize(authorizerEvent({ ...(await bearer()), origin }), context)).policyDocument.Statement[0]?.Effect;
    expect(await from('https://admin.example.com')).toBe('Allow');
    expect(await from('https://evil.test')).toBe('Deny');
    expect(await from('https://app.example.com,https://admin.example.com')).toBe('Deny');
  });

  test('takes no token in the query where the stage does not', async () => {
    const token = await key.sign(goodClaims(Date.now()));
    const authorize = await coldConnectionAuthorizer();
    await expect(authorize(authorizerEvent({}, { token }), context)).rejects.toThrow(/^Unauthorized$/);
  });

  test('fails where the provider is down, which API Gateway answers with 500 and a client tries again', async () => {
    answer = 'hangUp';
    const authorize = await coldConnectionAuthorizer();
    await expect(authorize(authorizerEvent(await bearer()), context)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  test('does not start where a setting is missing, and names all that are', async () => {
    vi.stubEnv('TOKEN_ISSUER', '');
    vi.stubEnv('JWKS_URL', '');
    await expect(coldConnectionAuthorizer()).rejects.toThrow('missing environment variables: TOKEN_ISSUER, JWKS_URL');
    vi.stubEnv('TOKEN_ISSUER', issuer);
    vi.stubEnv('JWKS_URL', `${provider.url}/jwks.json`);
  });
});

test('a route that does not exist is told in the contract’s words', async () => {
  const { status, body } = answerIn(await refuseRoute(httpEvent('$default'), context));
  expect({ status, body }).toMatchObject({ status: 404, body: { code: 'NOT_FOUND', requestId: 'request-1' } });
});

test('an action that does not exist is told in the contract’s words', async () => {
  const { body = '' } = await refuseFrame(frameEvent({ action: 'message.burn', id: '1' }), context);
  expect(JSON.parse(body)).toMatchObject({
    reply: 'message.burn',
    id: '1',
    ok: false,
    error: { code: 'VALIDATION_FAILED' },
  });
});
