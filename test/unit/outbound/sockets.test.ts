import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { sockets } from '../../../lambdas/outbound/sockets.ts';
import { tally } from '../../../lambdas/runtime/tally.ts';
import { type HttpStandIn, httpStandIn, type StandInAnswer } from '../../helpers/http-stand-in.ts';

const refusal = (status: number, errorType: string): StandInAnswer => ({
  status,
  headers: { 'content-type': 'application/json', 'x-amzn-errortype': errorType },
  body: '{"message":"refused"}',
});

let answer: StandInAnswer;
/** These go before it, once each. */
let answersFirst: StandInAnswer[];
let gateway: HttpStandIn;

beforeEach(async () => {
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  answersFirst = [];
  gateway = await httpStandIn(() => answersFirst.shift() ?? answer);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await gateway.close();
});

const post = (connectionId = 'L0SM9cOFvHcCIhw=', frame = '{"events":[]}') =>
  sockets(`${gateway.url}/v1`).post(connectionId, frame);

describe('a post to a connection', () => {
  test('says what it was told to, to whom it was told to', async () => {
    answer = { status: 200 };
    expect(await post('L0SM9cOFvHcCIhw=', '{"events":["😀"]}')).toBe('delivered');
    expect(gateway.requests).toMatchObject([
      { method: 'POST', path: '/v1/@connections/L0SM9cOFvHcCIhw%3D', body: '{"events":["😀"]}' },
    ]);
  });

  test.each<[string, StandInAnswer, string]>([
    ['to one that is gone', refusal(410, 'GoneException'), 'gone'],
    ['to one that is gone, in the long form', refusal(410, 'GoneException:http://internal.amazon.com/'), 'gone'],
    ['to one whose buffer is full', refusal(429, 'LimitExceededException'), 'later'],
    ['that is too large', refusal(413, 'PayloadTooLargeException'), 'lost'],
    ['whose connection id is none', refusal(400, 'BadRequestException'), 'lost'],
    ['that API Gateway fails at', refusal(500, 'InternalServerErrorException'), 'later'],
    ['that API Gateway has no time for', refusal(503, 'ServiceUnavailableException'), 'later'],
    ['that API Gateway waits too long with', refusal(504, 'EndpointRequestTimedOutException'), 'later'],
    ['that is answered by a page', { status: 502, body: '<html>Bad gateway</html>' }, 'later'],
    ['that is hung up on', 'hangUp', 'later'],
    ['that is never answered', 'silence', 'later'],
  ])('%s has one try', async (_, given, outcome) => {
    answer = given;
    expect(await post()).toBe(outcome);
    expect(gateway.requests).toHaveLength(1);
  });

  test('that nobody listens to is for later', async () => {
    const url = gateway.url;
    await gateway.close();
    gateway = await httpStandIn(() => answer);
    expect(await sockets(url).post('c-1', '{}')).toBe('later');
  });

  test.each(['ForbiddenException', 'AccessDeniedException'])('without the right to fails loudly: %s', async (name) => {
    answer = refusal(403, name);
    await expect(post()).rejects.toMatchObject({ name });
  });

  test('on a kept socket that was closed meanwhile has another try', async () => {
    answer = { status: 200 };
    const { post } = sockets(gateway.url);
    await post('c-1', '{}');
    answersFirst = ['hangUp'];
    expect(await post('c-1', '{}')).toBe('delivered');
    expect(gateway.requests).toHaveLength(3);
  });

  test('is counted', async () => {
    answer = { status: 200 };
    tally.take();
    await post();
    expect(tally.take().posts).toBe(1);
  });
});

const close = (connectionId = 'L0SM9cOFvHcCIhw=') => sockets(`${gateway.url}/v1`).close(connectionId);

describe('closing a connection', () => {
  test('asks for it once', async () => {
    answer = { status: 204 };
    expect(await close()).toBe(true);
    expect(gateway.requests).toMatchObject([
      { method: 'DELETE', path: '/v1/@connections/L0SM9cOFvHcCIhw%3D', body: '' },
    ]);
  });

  test('that is gone is done already', async () => {
    answer = refusal(410, 'GoneException');
    expect(await close()).toBe(true);
  });

  test.each<[string, StandInAnswer]>([
    ['one that API Gateway fails at', refusal(500, 'InternalServerErrorException')],
    ['one without an answer', 'hangUp'],
  ])('leaves %s to end by itself, and says so', async (_, given) => {
    answer = given;
    expect(await close()).toBe(false);
    expect(gateway.requests).toHaveLength(1);
  });

  test('without the right to fails loudly', async () => {
    answer = refusal(403, 'AccessDeniedException');
    await expect(close()).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });
});
