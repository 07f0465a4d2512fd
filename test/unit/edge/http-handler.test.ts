import { beforeEach, describe, expect, test, vi } from 'vitest';
import * as z from 'zod/mini';
import { ChatError, refuse } from '../../../lambdas/domain/chat-error.ts';
import { type Answer, httpHandler, route, unknownRouteHandler } from '../../../lambdas/edge/http-handler.ts';
import { answerIn, authorized, captureOutput, context, type HttpRequest, httpEvent } from '../../helpers/events.ts';
import { fakeClock } from '../../helpers/fake-clock.ts';
import { noBans } from '../../helpers/no-bans.ts';
import { openLimiter } from '../../helpers/open-limiter.ts';

const clock = fakeClock();
const limiter = { take: vi.fn(openLimiter.take) };
const bans = { isBanned: vi.fn(noBans.isBanned) };
const act = vi.fn(async (): Promise<Answer> => ({ status: 200, body: { done: true } }));
const schemas = {
  operation: 'write the note',
  params: z.strictObject({ noteId: z.string() }),
  query: z.strictObject({ loud: z.optional(z.literal('yes')) }),
  body: z.strictObject({ text: z.string() }),
};
const handler = httpHandler(
  { 'PUT /v1/notes/{noteId}': route(schemas, act), 'GET /v1/notes': route({ operation: 'list the notes' }, act) },
  { clock, limiter, bans },
);
const put = (request: HttpRequest = {}) =>
  handler(httpEvent('PUT /v1/notes/{noteId}', { params: { noteId: 'n' }, body: { text: 'hi' }, ...request }), context);
const get = (request: HttpRequest = {}) => handler(httpEvent('GET /v1/notes', request), context);

beforeEach(() => {
  vi.restoreAllMocks();
  act.mockReset().mockResolvedValue({ status: 200, body: { done: true } });
  captureOutput();
});

describe('an answer', () => {
  test('is JSON', async () => {
    expect(await put()).toEqual({
      statusCode: 200,
      headers: { 'content-type': 'application/json' },
      body: '{"done":true}',
    });
  });

  test('with nothing to say has no body', async () => {
    act.mockResolvedValue({ status: 204 });
    expect(await put()).toEqual({ statusCode: 204 });
  });
});

describe('a request', () => {
  test('is acted on with all that it says', async () => {
    await put({ userId: 'bob', query: { loud: 'yes' } });
    const input = { params: { noteId: 'n' }, query: { loud: 'yes' }, body: { text: 'hi' } };
    expect(act).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ userId: 'bob' }), input);
  });

  test('of a banned user is refused, and costs nothing', async () => {
    bans.isBanned.mockResolvedValueOnce(true);
    const { status, body } = answerIn(await put());
    expect([status, body]).toMatchObject([403, { detail: 'unable to write the note; the user is banned' }]);
    expect([act, limiter.take].map(({ mock }) => mock.calls)).toEqual([[], []]);
  });

  test('in base64 is read', async () => {
    const body = Buffer.from('{"text":"😀"}').toString('base64');
    await put({ body, isBase64: true });
    expect(act).toHaveBeenCalledWith(expect.anything(), expect.objectContaining({ body: { text: '😀' } }));
  });

  test('that can do without a body may have none, but not a wrong one', async () => {
    const body = z.strictObject({ seq: z.optional(z.int()) });
    const read = httpHandler(
      { 'POST /v1/read': route({ operation: 'read', body, isBodyOptional: true }, act) },
      { clock, limiter, bans: noBans },
    );
    const statusOf = async (request: HttpRequest) =>
      answerIn(await read(httpEvent('POST /v1/read', request), context)).status;

    expect([await statusOf({}), await statusOf({ body: '' }), await statusOf({ body: { seq: 1 } })]).toEqual([
      200, 200, 200,
    ]);
    for (const [call, said] of [{}, {}, { seq: 1 }].entries()) {
      expect(act).toHaveBeenNthCalledWith(call + 1, expect.anything(), expect.objectContaining({ body: said }));
    }
    expect([await statusOf({ body: 'not JSON' }), await statusOf({ body: { seq: 'x' } })]).toEqual([400, 400]);
  });

  test('whose body nobody asked for is taken without it', async () => {
    expect(answerIn(await get({ body: 'not JSON' })).status).toBe(200);
  });

  test.each<[string, HttpRequest, string, string]>([
    ['a parameter that nobody knows', { params: { noteId: 'n', x: 'y' } }, 'x', 'is not known'],
    ['a query that is not offered', { query: { loud: 'no' } }, 'loud', 'must be one of: yes'],
    ['a query that nobody knows', { query: { quiet: 'yes' } }, 'quiet', 'is not known'],
    ['a field of the wrong type', { body: { text: 1 } }, 'text', 'must be a string'],
    ['a body that is a list', { body: [] }, '', 'must be an object'],
  ])('with %s is refused by path', async (_, request, path, message) => {
    const { status, body } = answerIn(await put(request));
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ path, message }] });
    expect(act).not.toHaveBeenCalled();
  });

  test('with a query for a route that has none is refused', async () => {
    expect(answerIn(await get({ query: { x: '1' } })).body).toMatchObject({
      errors: [{ path: 'x', message: 'is not known' }],
    });
  });

  test.each<[string, HttpRequest]>([
    ['without a body', { body: undefined }],
    ['with a body that is no JSON', { body: '{"text":' }],
    ['with a body that is no base64 of JSON', { body: 'hello', isBase64: true }],
  ])('%s is refused', async (_, request) => {
    expect(answerIn(await put(request)).body).toMatchObject({
      code: 'VALIDATION_FAILED',
      detail: 'unable to write the note; the request is not JSON',
    });
  });

  const bodyOf = (bytes: number) => JSON.stringify({ text: 'x'.repeat(bytes - '{"text":""}'.length) });

  test('of 256 KiB is taken, and of one byte more is too large', async () => {
    expect(answerIn(await put({ body: bodyOf(256 * 1_024) })).status).toBe(200);
    const { status, body } = answerIn(await put({ body: bodyOf(256 * 1_024 + 1) }));
    expect(status).toBe(413);
    expect(body).toMatchObject({ code: 'PAYLOAD_TOO_LARGE', retryable: false });
  });

  test('is measured in bytes, and after base64', async () => {
    const text = JSON.stringify({ text: '€'.repeat(90_000) });
    expect(answerIn(await put({ body: text })).status).toBe(413);
    const small = Buffer.from(bodyOf(250 * 1_024)).toString('base64');
    expect(answerIn(await put({ body: small, isBase64: true })).status).toBe(200);
  });
});

describe('a problem', () => {
  test('is told as RFC 9457 has it, field by field', async () => {
    const response = await put({ body: {} });
    expect(response.headers).toEqual({ 'content-type': 'application/problem+json' });
    expect(answerIn(response)).toEqual({
      status: 400,
      body: {
        type: 'about:blank',
        title: 'The request is not valid',
        status: 400,
        detail: 'unable to write the note; not valid: text',
        code: 'VALIDATION_FAILED',
        retryable: false,
        errors: [{ path: 'text', message: 'is required' }],
        requestId: 'request-1',
      },
    });
  });

  test('that passes by itself says when to come again', async () => {
    act.mockImplementation(async () => refuse('UNAVAILABLE', 'write the note', 'the pen is dry'));
    const response = await put();
    expect(response.headers).toEqual({ 'content-type': 'application/problem+json', 'retry-after': '1' });
    expect(answerIn(response)).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE', retryable: true } });
  });

  test.each<[string, unknown]>([
    ['an error that nobody foresaw', new TypeError('arn:aws:dynamodb secret')],
    ['an error of our own making', new ChatError('INTERNAL', 'unable to store the secret; its place is taken')],
    ['something that is no error', { secret: true }],
  ])('that is %s says nothing but its request', async (_, thrown) => {
    act.mockRejectedValue(thrown);
    const { status, body } = answerIn(await put());
    expect(status).toBe(500);
    expect(body).toEqual({
      type: 'about:blank',
      title: 'Something went wrong',
      status: 500,
      detail: 'Something went wrong',
      code: 'INTERNAL',
      retryable: false,
      requestId: 'request-1',
    });
  });

  test.each<[string, Record<string, unknown> | null, number, string]>([
    ['nobody', null, 401, 'unable to authenticate; there is no token'],
    ['somebody without a name', { expiresAt: '99999999999999' }, 401, 'unable to authenticate; there is no token'],
    [
      'somebody whose token is over',
      authorized('ann', String(clock.now())),
      401,
      'unable to authenticate; the token has expired',
    ],
    ['whom the authorizer refused', { refusal: 'UNAUTHENTICATED', reason: 'the reason' }, 401, 'the reason'],
    ['whom it could not judge', { refusal: 'UNAVAILABLE', reason: 'the reason' }, 503, 'the reason'],
  ])('%s is told so before anything else', async (_, authorizer, status, detail) => {
    const answer = answerIn(await put({ authorizer, body: 'not JSON' }));
    expect(answer).toMatchObject({ status, body: { status, detail } });
    expect(act).not.toHaveBeenCalled();
  });
});

test('a route that does not exist is not found, whoever asks', async () => {
  const answer = answerIn(await unknownRouteHandler()(httpEvent('$default', { authorizer: null }), context));
  expect(answer).toMatchObject({ status: 404, body: { code: 'NOT_FOUND', retryable: false } });
});

test('a route that its function does not have is our own fault', async () => {
  expect(answerIn(await handler(httpEvent('GET /v1/other'), context)).status).toBe(500);
});
