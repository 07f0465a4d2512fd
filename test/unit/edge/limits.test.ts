import { beforeEach, describe, expect, test, vi } from 'vitest';
import * as z from 'zod/mini';
import type { RateLimiter } from '../../../lambdas/app/limit-rate.ts';
import { ChatError, refuse } from '../../../lambdas/domain/chat-error.ts';
import type { Wait } from '../../../lambdas/domain/rate-limit.ts';
import { action, frameHandler } from '../../../lambdas/edge/frame-handler.ts';
import { httpHandler, route } from '../../../lambdas/edge/http-handler.ts';
import { costs } from '../../../lambdas/edge/rules.ts';
import { answerIn, captureOutput, context, frameEvent, httpEvent } from '../../helpers/events.ts';
import { fakeClock } from '../../helpers/fake-clock.ts';
import { noBans } from '../../helpers/no-bans.ts';

const clock = fakeClock();
const take = vi.fn<RateLimiter['take']>();
const act = vi.fn(async () => ({ status: 204 }));
const body = z.strictObject({ notes: z.array(z.string()) });
const http = httpHandler(
  {
    'GET /v1/notes': route({ operation: 'list the notes', cost: costs.heavy }, act),
    'PUT /v1/note': route({ operation: 'write the note' }, act),
    'POST /v1/notes': route(
      { operation: 'send the notes', body, cost: costs.send, furtherWeight: ({ notes }) => notes.length - 1 },
      act,
    ),
  },
  { clock, limiter: { take }, bans: noBans },
);
const rules = {
  clock,
  limiter: { take },
  bans: noBans,
  renewals: { renewed: async () => undefined },
  sayGoodbye: async () => false,
};
const frames = frameHandler(
  { 'note.write': action(z.strictObject({}), act), 'note.hint': action(z.strictObject({}), act, costs.light) },
  rules,
);
const ask = (routeKey: string, body?: unknown) => http(httpEvent(routeKey, { body }), context);
const say = async (frame: object) => {
  const { body = 'null' } = await frames(frameEvent(frame), context);
  return JSON.parse(body);
};
const wait: Wait = { retryAfterMs: 1_201, bucket: { limit: 30, remaining: 0, resetMs: 3_000 } };
const message = 'unable to list the notes; there are too many requests of this user';
let output: ReturnType<typeof captureOutput>;

beforeEach(() => {
  vi.restoreAllMocks();
  take.mockReset().mockResolvedValue(undefined);
  act.mockReset().mockResolvedValue({ status: 204 });
  output = captureOutput();
});

describe('a request over the limit', () => {
  test('is told when to come again, in headers and body, and nothing is done', async () => {
    take.mockResolvedValue(wait);
    const response = await ask('GET /v1/notes');
    expect(response.headers).toEqual({
      'content-type': 'application/problem+json',
      'retry-after': '2',
      'x-ratelimit-limit': '30',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': '3',
    });
    expect(answerIn(response)).toMatchObject({
      status: 429,
      body: { code: 'RATE_LIMITED', retryable: true, retryAfterMs: 1_201, detail: message },
    });
    expect(act).not.toHaveBeenCalled();
  });

  test('of one at a time, as in slow mode, is told so too', async () => {
    act.mockRejectedValue(new ChatError('RATE_LIMITED', 'unable to test; slowly', { retryAfterMs: 4_001 }));
    const { headers } = await ask('GET /v1/notes');
    expect(headers).toMatchObject({
      'retry-after': '5',
      'x-ratelimit-limit': '1',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': '5',
    });
  });

  test('is told so by frame too', async () => {
    take.mockResolvedValue(wait);
    expect(await say({ action: 'note.write', id: '1', data: {} })).toEqual({
      reply: 'note.write',
      id: '1',
      ok: false,
      error: {
        code: 'RATE_LIMITED',
        message: 'unable to do note.write; there are too many requests of this user',
        retryAfterMs: 1_201,
      },
    });
    expect(act).not.toHaveBeenCalled();
  });

  test('is told so before anything is said of what it asks for', async () => {
    take.mockResolvedValue(wait);
    expect(answerIn(await ask('POST /v1/notes', 'not JSON')).status).toBe(429);
  });

  test('is over it by the several things that it asks for at once', async () => {
    take.mockResolvedValueOnce(undefined).mockResolvedValueOnce(wait);
    expect(answerIn(await ask('POST /v1/notes', { notes: ['a', 'b', 'c'] })).status).toBe(429);
    expect(act).not.toHaveBeenCalled();
  });
});

describe('a request costs', () => {
  const charge = { userId: 'ann', isService: false };

  test.each<[string, () => Promise<unknown>, object[]]>([
    ['one, unless said', () => ask('PUT /v1/note'), [{ rateClass: 'request', weight: 1 }]],
    ['what its route says', () => ask('GET /v1/notes'), [{ rateClass: 'request', weight: 3 }]],
    [
      'more for more',
      () => ask('POST /v1/notes', { notes: ['a', 'b', 'c'] }),
      [
        { rateClass: 'send', weight: 1 },
        { rateClass: 'send', weight: 2 },
      ],
    ],
    ['one by frame', () => say({ action: 'note.write', data: {} }), [{ rateClass: 'request', weight: 1 }]],
    ['what its action says', () => say({ action: 'note.hint', data: {} }), [{ rateClass: 'request', weight: 0.2 }]],
  ])('%s', async (_, request, expected) => {
    await request();
    expect(take.mock.calls).toEqual(expected.map((cost) => [{ ...charge, ...cost }]));
    expect(act).toHaveBeenCalledOnce();
  });

  test('a backend as a backend', async () => {
    const authorizer = { userId: 'desk', scope: 'chat:service', expiresAt: String(clock.now() + 1) };
    await http(httpEvent('PUT /v1/note', { authorizer }), context);
    expect(take).toHaveBeenCalledWith(expect.objectContaining({ userId: 'desk', isService: true }));
  });
});

describe('while limits can not be known', () => {
  test.each<[string, unknown]>([
    ['the table does not answer', null],
    ['the function may not write them', Object.assign(new Error('no'), { name: 'AccessDeniedException' })],
  ])('as %s, everybody is let through and the log says so once', async (_, error) => {
    take.mockImplementation(async () => {
      if (error) throw error;
      return refuse('UNAVAILABLE', 'use the table', 'it does not answer now');
    });
    expect(answerIn(await ask('PUT /v1/note')).status).toBe(204);
    expect(act).toHaveBeenCalledOnce();
    const errors = output.lines().filter(({ level }) => level === 'ERROR');
    expect(errors).toMatchObject([{ message: 'a request that was let through without its limit' }]);
  });
});

describe('a reply', () => {
  const text = (bytes: number) => 'x'.repeat(bytes - '{"reply":"note.write","id":"1","ok":true,"data":""}'.length);

  test('of 32 KiB is given, and of one byte more is refused in its place', async () => {
    const write = vi.fn<() => Promise<unknown>>();
    const handler = frameHandler({ 'note.write': action(z.strictObject({}), write) }, rules);
    const replyOf = async (bytes: number) => {
      write.mockResolvedValue(text(bytes));
      const { body = '' } = await handler(frameEvent({ action: 'note.write', id: '1', data: {} }), context);
      return JSON.parse(body);
    };
    expect(await replyOf(32 * 1_024)).toMatchObject({ ok: true });
    expect(await replyOf(32 * 1_024 + 1)).toMatchObject({
      reply: 'note.write',
      id: '1',
      ok: false,
      error: {
        code: 'PAYLOAD_TOO_LARGE',
        message: 'unable to do note.write; the reply is larger than 32768 bytes; ask by HTTP',
      },
    });
  });
});
