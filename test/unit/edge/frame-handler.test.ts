import { beforeEach, describe, expect, test, vi } from 'vitest';
import * as z from 'zod/mini';
import { refuse } from '../../../lambdas/domain/chat-error.ts';
import { action, frameHandler, unknownFrameHandler } from '../../../lambdas/edge/frame-handler.ts';
import type { FrameEvent } from '../../../lambdas/edge/websocket-events.ts';
import { captureOutput, context, frameEvent } from '../../helpers/events.ts';
import { fakeClock } from '../../helpers/fake-clock.ts';
import { noBans } from '../../helpers/no-bans.ts';
import { openLimiter } from '../../helpers/open-limiter.ts';

const clock = fakeClock();
const renewed = vi.fn(async (): Promise<{ expiresAtMs: number; scope?: string } | undefined> => undefined);
const sayGoodbye = vi.fn(async () => true);
const limiter = { take: vi.fn(openLimiter.take) };
const bans = { isBanned: vi.fn(noBans.isBanned) };
const act = vi.fn(async (): Promise<unknown> => ({ done: true }));
const burn = vi.fn(async (): Promise<unknown> => ({ burnt: true }));
const schema = z.strictObject({ text: z.string() });
const handler = frameHandler(
  { 'note.write': action(schema, act), 'note.burn': action(z.strictObject({}), burn) },
  { clock, limiter, bans, renewals: { renewed }, sayGoodbye },
);
const frame = (more: object = {}) => ({ action: 'note.write', id: '1', data: { text: 'hi' }, ...more });
const refusal = (reply: string | null, id: string | null, code: string, message: string, errors?: object[]) => ({
  reply,
  id,
  ok: false,
  error: { code, message, ...(errors && { errors }) },
});

async function replyTo(event: FrameEvent, to = handler): Promise<unknown> {
  const response = await to(event, context);
  expect(response.statusCode).toBe(200);
  return response.body === undefined ? undefined : JSON.parse(response.body);
}

beforeEach(() => {
  vi.restoreAllMocks();
  act.mockReset().mockResolvedValue({ done: true });
  renewed.mockReset().mockResolvedValue(undefined);
  sayGoodbye.mockReset().mockResolvedValue(true);
  captureOutput();
});

describe('a frame', () => {
  test('with an id gets its reply', async () => {
    const reply = { reply: 'note.write', id: '1', ok: true, data: { done: true } };
    expect(await replyTo(frameEvent(frame()))).toEqual(reply);
  });

  test('gets to its own action, of several in one function', async () => {
    const reply = await replyTo(frameEvent({ action: 'note.burn', id: '1' }));
    expect(reply).toEqual({ reply: 'note.burn', id: '1', ok: true, data: { burnt: true } });
    expect(act).not.toHaveBeenCalled();
  });

  test('of an action that every object seems to have is refused', async () => {
    expect(await replyTo(frameEvent({ action: 'toString', id: '1' }))).toMatchObject({ reply: 'toString', ok: false });
  });

  test('is acted on for whoever sent it', async () => {
    await replyTo(frameEvent(frame(), { userId: 'bob', connectionId: 'c-9' }));
    expect(act).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ userId: 'bob' }), { text: 'hi' }, 'c-9');
  });

  test('without an id gets none, since every frame is billed', async () => {
    expect(await replyTo(frameEvent(frame({ id: undefined })))).toBeUndefined();
    expect(act).toHaveBeenCalledOnce();
  });

  test.each<[string, string | undefined]>([
    ['nothing', undefined],
    ['text', 'hello'],
    ['half a frame', '{"action":"note.write","id":"1"'],
  ])('of %s gets the reply of a frame that can not be parsed', async (_, body) => {
    const event = { ...frameEvent(''), body };
    const message = 'unable to read the frame; the request is not JSON';
    expect(await replyTo(event)).toEqual(refusal(null, null, 'VALIDATION_FAILED', message));
  });

  test.each(['[]', 'null', '5', '"note.write"'])('that is %s is told that it must be an object', async (body) => {
    const errors = [{ path: '', message: 'must be an object' }];
    const message = 'unable to read the frame; not valid: the request';
    expect(await replyTo(frameEvent(body))).toEqual(refusal(null, null, 'VALIDATION_FAILED', message, errors));
  });

  test.each<[string, object, string | null, string | null, string, string]>([
    [
      'of another action than it was routed by',
      { action: 'note.read' },
      'note.read',
      '1',
      'action',
      'is not unambiguous',
    ],
    ['with a field that nobody knows', { token: 'x' }, 'note.write', '1', 'token', 'is not known'],
    ['whose id is a number', { id: 5 }, 'note.write', null, 'id', 'must be a string'],
    ['whose id is empty', { id: '' }, 'note.write', null, 'id', 'must not be empty'],
    ['without data', { data: undefined }, 'note.write', '1', 'text', 'is required'],
    ['with data of the wrong type', { data: [] }, 'note.write', '1', '', 'must be an object'],
    [
      'with a wrong field and no id',
      { id: undefined, data: { text: 5 } },
      'note.write',
      null,
      'text',
      'must be a string',
    ],
  ])('%s is refused by path', async (_, more, reply, id, path, message) => {
    expect(await replyTo(frameEvent(frame(more)))).toMatchObject({
      reply,
      id,
      ok: false,
      error: { code: 'VALIDATION_FAILED', errors: [{ path, message }] },
    });
    expect(act).not.toHaveBeenCalled();
  });

  test('that names its action twice is read as we read it, whatever API Gateway did', async () => {
    const reply = await replyTo(frameEvent('{"action":"note.write","id":"1","action":"note.read"}'));
    expect(reply).toMatchObject({ reply: 'note.read', ok: false });
  });

  test('nested too deep is refused, and answered all the same', async () => {
    const deep = `{"action":"note.write","id":"1","data":${'['.repeat(5_000)}${']'.repeat(5_000)}}`;
    expect(await replyTo(frameEvent(deep))).toMatchObject({ reply: 'note.write', id: '1', ok: false });
  });

  describe('of a connection whose token is over', () => {
    const late = () => frameEvent(frame(), { userId: 'bob', connectionId: 'c-9', expiresAt: String(clock.now()) });
    const message = 'unable to authenticate; the token has expired';
    const refused = refusal('note.write', '1', 'UNAUTHENTICATED', message);

    test('is refused by the last frame that the connection gets', async () => {
      expect(await replyTo(late())).toBeUndefined();
      expect(sayGoodbye).toHaveBeenCalledExactlyOnceWith('c-9', JSON.stringify(refused));
      expect(act).not.toHaveBeenCalled();
    });

    test('is refused by the reply where that frame could not be delivered', async () => {
      sayGoodbye.mockResolvedValueOnce(false);
      expect(await replyTo(late())).toEqual(refused);
    });

    test('is acted on with the scopes of the token that renewed it', async () => {
      renewed.mockResolvedValueOnce({ expiresAtMs: clock.now() + 1, scope: 'chat:admin' });
      expect(await replyTo(late())).toMatchObject({ ok: true });
      expect(renewed).toHaveBeenLastCalledWith('bob', 'c-9');
      const principal = { userId: 'bob', scopes: ['chat:admin'], expiresAt: clock.now() + 1 };
      expect(act).toHaveBeenCalledExactlyOnceWith(principal, { text: 'hi' }, 'c-9');
    });

    test('is refused when the renewal is over too', async () => {
      renewed.mockResolvedValueOnce({ expiresAtMs: clock.now() });
      expect(await replyTo(late())).toBeUndefined();
      expect(act).not.toHaveBeenCalled();
    });
  });

  test('of a banned user is refused by the last frame that the connection gets, and costs nothing', async () => {
    bans.isBanned.mockResolvedValueOnce(true);
    expect(await replyTo(frameEvent(frame()))).toBeUndefined();
    const refused = refusal('note.write', '1', 'FORBIDDEN', 'unable to do note.write; the user is banned');
    expect(sayGoodbye).toHaveBeenCalledExactlyOnceWith(expect.any(String), JSON.stringify(refused));
    expect([act, limiter.take].map(({ mock }) => mock.calls)).toEqual([[], []]);
  });

  test('of a connection whose token is good asks for no renewal', async () => {
    await replyTo(frameEvent(frame()));
    expect([renewed, sayGoodbye].map(({ mock }) => mock.calls)).toEqual([[], []]);
  });

  test.each<[string, Record<string, unknown> | undefined]>([
    ['without an authorizer', undefined],
    ['without a user', { expiresAt: '99999999999999' }],
    ['without an end', { userId: 'ann' }],
    ['with an end that is no number', { userId: 'ann', expiresAt: 'never' }],
  ])('%s is nobody’s', async (_, authorizer) => {
    sayGoodbye.mockResolvedValue(false);
    const event = frameEvent(frame());
    const changed = { ...event, requestContext: { ...event.requestContext, authorizer } };
    expect(await replyTo(changed)).toMatchObject({ ok: false, error: { code: 'UNAUTHENTICATED' } });
  });

  test('that is refused by what it asks for is told why', async () => {
    act.mockImplementation(async () => refuse('CONFLICT', 'write the note', 'the book is closed'));
    const message = 'unable to write the note; the book is closed';
    expect(await replyTo(frameEvent(frame()))).toEqual(refusal('note.write', '1', 'CONFLICT', message));
  });

  test.each<[string, unknown]>([
    ['an error that nobody foresaw', new TypeError('arn:aws:dynamodb secret')],
    ['something that is no error', 'arn:aws:dynamodb secret'],
  ])('that meets %s is told nothing of it', async (_, thrown) => {
    act.mockRejectedValue(thrown);
    expect(await replyTo(frameEvent(frame()))).toEqual(refusal('note.write', '1', 'INTERNAL', 'Something went wrong'));
  });
});

test('an action that does not exist is said to be unknown', async () => {
  const reply = await replyTo(frameEvent({ action: 'note.burn', id: '7' }), unknownFrameHandler());
  const errors = [{ path: 'action', message: 'is not known' }];
  const message = 'unable to read the frame; not valid: action';
  expect(reply).toEqual(refusal('note.burn', '7', 'VALIDATION_FAILED', message, errors));
});
