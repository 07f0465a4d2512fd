import { beforeEach, describe, expect, test, vi } from 'vitest';
import * as z from 'zod/mini';
import { oversee } from '../../../lambdas/app/oversee.ts';
import { refuse } from '../../../lambdas/domain/chat-error.ts';
import { adminRoutes } from '../../../lambdas/edge/admin-route.ts';
import { type Answer, httpHandler } from '../../../lambdas/edge/http-handler.ts';
import { answerIn, authorized, captureOutput, context, type HttpRequest, httpEvent } from '../../helpers/events.ts';
import { fakeClock } from '../../helpers/fake-clock.ts';
import { noBans } from '../../helpers/no-bans.ts';
import { openLimiter } from '../../helpers/open-limiter.ts';

const clock = fakeClock();
const append = vi.fn(async (): Promise<void> => undefined);
const act = vi.fn(async (): Promise<Answer> => ({ status: 204 }));
const adminRoute = adminRoutes(oversee({ audit: { append }, clock, randomness: { id: () => 'e1' } }));
const burn = adminRoute(
  {
    operation: 'burn the note',
    params: z.strictObject({ noteId: z.string() }),
    query: z.strictObject({ before: z.optional(z.string()), cursor: z.optional(z.string()) }),
    body: z.strictObject({ how: z.string(), why: z.string() }),
    audited: ({ how }) => ({ how }),
  },
  act,
);
const handler = httpHandler({ 'DELETE /v1/admin/notes/{noteId}': burn }, { clock, limiter: openLimiter, bans: noBans });

const request: HttpRequest = {
  authorizer: { ...authorized('root'), scope: 'chat:admin' },
  params: { noteId: 'n' },
  query: { before: '7', cursor: 'opaque' },
  body: { how: 'slowly', why: 'private words' },
};
const ask = async (more: HttpRequest = {}) =>
  answerIn(await handler(httpEvent('DELETE /v1/admin/notes/{noteId}', { ...request, ...more }), context));

beforeEach(() => {
  vi.restoreAllMocks();
  append.mockReset().mockResolvedValue(undefined);
  act.mockReset().mockResolvedValue({ status: 204 });
  captureOutput();
});

describe('a route for administrators', () => {
  test('writes down who asks for what before it does it, and none of their words', async () => {
    append.mockImplementation(async () => expect(act).not.toHaveBeenCalled());
    expect(await ask()).toMatchObject({ status: 204 });
    expect(append).toHaveBeenCalledExactlyOnceWith({
      id: 'e1',
      atMs: clock.now(),
      userId: 'root',
      operation: 'burn the note',
      target: { noteId: 'n', before: '7', how: 'slowly' },
    });
    expect(act).toHaveBeenCalledOnce();
  });

  test('does nothing where that can’t be written', async () => {
    append.mockImplementation(async () => refuse('UNAVAILABLE', 'use the table', 'it does not answer now'));
    expect(await ask()).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE' } });
    expect(act).not.toHaveBeenCalled();
  });

  test.each([
    ['anybody else', ''],
    ['a backend', 'chat:service'],
  ])('refuses %s, and writes nothing', async (_, scope) => {
    const answer = await ask({ authorizer: { ...authorized('bob'), scope } });
    expect(answer).toMatchObject({
      status: 403,
      body: { detail: 'unable to burn the note; it takes the scope chat:admin' },
    });
    expect([append, act].map(({ mock }) => mock.calls)).toEqual([[], []]);
  });

  test('lets a backend in that is an administrator too', async () => {
    const authorizer = { ...authorized('both'), scope: 'chat:service chat:admin' };
    expect(await ask({ authorizer })).toMatchObject({ status: 204 });
  });

  test('writes nothing of what is no request', async () => {
    expect(await ask({ body: { how: 'slowly' } })).toMatchObject({ status: 400 });
    expect(append).not.toHaveBeenCalled();
  });
});
