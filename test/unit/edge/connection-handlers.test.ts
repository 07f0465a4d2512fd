import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { connectHandler, connectionAuthorizer, disconnectHandler } from '../../../lambdas/edge/connection-handlers.ts';
import { verifyToken } from '../../../lambdas/edge/verify-token.ts';
import { authorizerEvent, captureOutput, connectEvent, context, disconnectEvent } from '../../helpers/events.ts';
import { fakeClock } from '../../helpers/fake-clock.ts';
import { audience, goodClaims, issuer, type SigningKey, signingKey } from '../../helpers/tokens.ts';

const clock = fakeClock();
let key: SigningKey;
let token: string;
beforeAll(async () => {
  key = await signingKey('ES256');
  token = await key.sign({ ...goodClaims(clock.now()), scope: 'chat:admin' });
});
beforeEach(() => {
  vi.restoreAllMocks();
  captureOutput();
});

interface Handshake {
  headers?: Record<string, string>;
  query?: Record<string, string>;
  allowedOrigins?: string[];
  allowsQueryToken?: boolean;
}

function authorize({ headers = {}, query = {}, allowedOrigins = ['*'], allowsQueryToken = true }: Handshake) {
  const keySets = { current: async () => key.keySet, renewed: async () => key.keySet };
  const verify = verifyToken({ issuer, audience, keySets, clock });
  const handler = connectionAuthorizer({ verify, allowedOrigins, allowsQueryToken });
  return handler(authorizerEvent(headers, query), context);
}
const bearer = () => ({ authorization: `Bearer ${token}` });
const effectOf = (verdict: Awaited<ReturnType<typeof authorize>>) => verdict.policyDocument.Statement[0]?.Effect;

describe('a handshake', () => {
  test('with a good token is let in, and every later event says whose it is', async () => {
    expect(await authorize({ headers: bearer() })).toEqual({
      principalId: 'ann',
      policyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Action: 'execute-api:Invoke',
            Effect: 'Allow',
            Resource: 'arn:aws:execute-api:us-east-1:000000000000:api/v1/$connect',
          },
        ],
      },
      context: { userId: 'ann', scope: 'chat:admin', expiresAt: String(clock.now() + 3_600_000) },
    });
  });

  test.each<[string, () => Handshake]>([
    ['the header', () => ({ headers: bearer() })],
    ['the subprotocol pair', () => ({ headers: { 'Sec-WebSocket-Protocol': `chat.v1, bearer.${token}` } })],
    ['the query as access_token', () => ({ query: { access_token: token } })],
    ['the query as token', () => ({ query: { token } })],
  ])('may bring its token in %s', async (_, handshake) => {
    expect(effectOf(await authorize(handshake()))).toBe('Allow');
  });

  test.each<[string, () => Handshake]>([
    ['without a token', () => ({})],
    [
      'with a token in the query where the stage does not allow it',
      () => ({ query: { token }, allowsQueryToken: false }),
    ],
    [
      'with a bad token in the header and a good one in the query',
      () => ({ headers: { authorization: 'Bearer x' }, query: { token } }),
    ],
    ['with a token of another scheme', () => ({ headers: { authorization: `Basic ${token}` } })],
    ['with an empty subprotocol token', () => ({ headers: { 'sec-websocket-protocol': 'chat.v1, bearer.' } })],
  ])('%s is refused with the one word that API Gateway makes 401 of', async (_, handshake) => {
    await expect(authorize(handshake())).rejects.toThrow(/^Unauthorized$/);
  });

  test('is refused as a refusal in the log, without the claims of its token', async () => {
    const output = captureOutput();
    const stranger = await key.sign({ ...goodClaims(clock.now()), aud: 'other', email: 'canary@example.com' });
    await expect(authorize({ headers: { authorization: `Bearer ${stranger}` } })).rejects.toThrow('Unauthorized');
    expect(output.lines()).toMatchObject([{ outcome: 'refused', code: 'UNAUTHENTICATED' }]);
    expect(output.text()).not.toContain('canary');
  });

  test('that can not be judged is an error, not a refusal', async () => {
    const verify = () => Promise.reject(new Error('no key set'));
    const handler = connectionAuthorizer({ verify, allowedOrigins: ['*'], allowsQueryToken: false });
    await expect(handler(authorizerEvent({}), context)).rejects.toThrow('no key set');
  });
});

describe('a web page', () => {
  const allowedOrigins = ['https://app.example.com', 'https://admin.example.com'];
  const from = (origin: string, name = 'Origin') =>
    authorize({ headers: { ...bearer(), [name]: origin }, allowedOrigins });

  test.each(['https://app.example.com', 'https://admin.example.com'])('of %s may connect', async (origin) => {
    expect(effectOf(await from(origin))).toBe('Allow');
    expect(effectOf(await from(origin, 'origin'))).toBe('Allow');
  });

  test.each([
    'https://evil.test',
    'null',
    '',
    'http://app.example.com',
    'https://app.example.com.evil.test',
    'https://evilapp.example.com',
    'https://app.example.com:8443',
    'https://app.example.com.',
    'https://app.example.com/',
    'https://APP.example.com',
    'https://app.example.com, https://evil.test',
    'https://example.com',
    '*',
  ])('of «%s» is refused, with the best of tokens', async (origin) => {
    expect(effectOf(await from(origin))).toBe('Deny');
  });

  test('of any origin may connect where the stage says so', async () => {
    expect(effectOf(await authorize({ headers: { ...bearer(), origin: 'https://evil.test' } }))).toBe('Allow');
  });

  test('is told from a client that is no browser by its origin alone', async () => {
    expect(effectOf(await authorize({ headers: bearer(), allowedOrigins }))).toBe('Allow');
  });
});

describe('$connect', () => {
  const open = vi.fn(async () => undefined);
  const handler = connectHandler({ clock, open });
  beforeEach(() => {
    open.mockReset().mockResolvedValue(undefined);
  });

  test('remembers the connection and its user', async () => {
    expect(await handler(connectEvent({ userId: 'bob', connectionId: 'c-7' }), context)).toEqual({ statusCode: 200 });
    expect(open).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ userId: 'bob' }), 'c-7');
  });

  test('answers with the subprotocol, and never with the token, where it was offered', async () => {
    const headers = { 'Sec-WebSocket-Protocol': `chat.v1, bearer.${token}` };
    expect(await handler(connectEvent({}, headers), context)).toEqual({
      statusCode: 200,
      headers: { 'Sec-WebSocket-Protocol': 'chat.v1' },
    });
  });

  test('fails, and so refuses the handshake, where the connection can not be remembered', async () => {
    open.mockRejectedValue(new Error('no table'));
    await expect(handler(connectEvent(), context)).rejects.toThrow('no table');
  });

  test('refuses a token that ended on the way', async () => {
    const late = connectEvent({ expiresAt: String(clock.now()) });
    expect(await handler(late, context)).toEqual({ statusCode: 401 });
    expect(open).not.toHaveBeenCalled();
  });
});

describe('$disconnect', () => {
  const close = vi.fn(async () => undefined);
  beforeEach(() => {
    close.mockReset().mockResolvedValue(undefined);
  });

  test('forgets that connection, however long its token has been over', async () => {
    const event = disconnectEvent({ userId: 'bob', connectionId: 'c-7', expiresAt: '0' });
    expect(await disconnectHandler(close)(event, context)).toEqual({ statusCode: 200 });
    expect(close).toHaveBeenCalledExactlyOnceWith({ userId: 'bob', connectionId: 'c-7' }, 0);
  });

  test('of nobody forgets nothing', async () => {
    const event = disconnectEvent();
    const nobody = { requestContext: { ...event.requestContext, authorizer: {} } };
    expect(await disconnectHandler(close)(nobody, context)).toEqual({ statusCode: 200 });
    expect(close).not.toHaveBeenCalled();
  });
});
