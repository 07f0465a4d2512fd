import { beforeEach, describe, expect, test, vi } from 'vitest';
import * as z from 'zod/mini';
import { ChatError, refuse } from '../../../lambdas/domain/chat-error.ts';
import { action, frameHandler } from '../../../lambdas/edge/frame-handler.ts';
import { httpHandler, route } from '../../../lambdas/edge/http-handler.ts';
import { queueHandler } from '../../../lambdas/edge/queue-handler.ts';
import { requestAuthorizer } from '../../../lambdas/edge/request-authorizer.ts';
import { streamHandler } from '../../../lambdas/edge/stream-handler.ts';
import { log } from '../../../lambdas/runtime/log.ts';
import { tally } from '../../../lambdas/runtime/tally.ts';
import {
  captureOutput,
  context,
  frameEvent,
  httpEvent,
  queueEvent,
  requestAuthorizerEvent,
  streamEvent,
} from '../../helpers/events.ts';
import { fakeClock } from '../../helpers/fake-clock.ts';
import { noBans } from '../../helpers/no-bans.ts';
import { openLimiter } from '../../helpers/open-limiter.ts';

const clock = fakeClock();
const rules = { clock, limiter: openLimiter, bans: noBans };
const act = vi.fn(async (): Promise<{ status: number }> => ({ status: 204 }));
const http = httpHandler({ 'POST /v1/notes': route({ operation: 'note', body: z.looseObject({}) }, act) }, rules);
const post = (body: unknown = {}) => http(httpEvent('POST /v1/notes', { body }), context);
let output: ReturnType<typeof captureOutput>;

beforeEach(() => {
  vi.restoreAllMocks();
  act.mockReset().mockResolvedValue({ status: 204 });
  output = captureOutput();
});

describe('an invocation', () => {
  test('has one line: what, how it ended, how long it took, what it called', async () => {
    act.mockImplementation(async () => {
      tally.add('tableCalls');
      tally.add('tableCalls');
      tally.add('posts');
      tally.add('events', 3);
      return { status: 204 };
    });
    await post();
    expect(output.lines()).toEqual([
      expect.objectContaining({
        level: 'INFO',
        message: 'invocation',
        operation: 'POST /v1/notes',
        outcome: 'ok',
        ms: expect.any(Number),
        cold: expect.any(Boolean),
        invocationId: 'invocation-1',
        requestId: 'request-1',
        tableCalls: 2,
        posts: 1,
        events: 3,
      }),
    ]);
  });

  test('is cold once, and counts nothing of the one before', async () => {
    await post();
    tally.add('posts');
    await post();
    expect(output.lines()).toMatchObject([{}, { cold: false, tableCalls: 0, posts: 0, events: 0 }]);
  });

  test('that was refused is told by its code and is no error', async () => {
    act.mockImplementation(async () => refuse('CONFLICT', 'note', 'it is there'));
    await post();
    expect(output.lines()).toMatchObject([{ level: 'INFO', outcome: 'refused', code: 'CONFLICT' }]);
  });

  test.each<[string, unknown]>([
    ['an error that nobody foresaw', new TypeError('broken')],
    ['an error of our own making', new ChatError('INTERNAL', 'broken')],
  ])('that met %s has that error’s story beside its line', async (_, thrown) => {
    act.mockRejectedValue(thrown);
    await post();
    expect(output.lines()).toMatchObject([
      { level: 'ERROR', message: 'not handled', error: { message: 'broken', stack: expect.any(String) } },
      { level: 'INFO', outcome: 'failed', code: 'INTERNAL' },
    ]);
  });
});

describe('the story of an error', () => {
  test('tells its causes, and nothing that somebody hung on it', () => {
    const cause = Object.assign(new Error('inner'), { Item: { text: { S: 'canary' } }, payload: { email: 'canary' } });
    log.error('outer story', Object.assign(new Error('outer', { cause }), { body: 'canary' }));
    expect(output.lines()).toMatchObject([{ error: { message: 'outer', cause: { message: 'inner' } } }]);
    expect(output.text()).not.toContain('canary');
  });

  test('of something that is no error does not tell what it was', () => {
    log.error('a story', 'canary');
    expect(output.lines()).toMatchObject([{ level: 'ERROR', message: 'a story' }]);
    expect(output.text()).not.toContain('canary');
  });
});

describe('what people wrote and what opens their door', () => {
  const secret = 'canary-5f1d}\n\u001b[31m';
  const hung = Object.assign(new Error('broken'), { Item: { text: secret }, cause: { token: secret } });
  const writeNote = action(z.strictObject({ text: z.string() }), async () => {
    throw hung;
  });
  const renewals = { renewed: async () => undefined };
  const frames = frameHandler({ 'note.write': writeNote }, { ...rules, renewals, sayGoodbye: async () => true });
  const stream = streamHandler({
    operation: 'test',
    read: ({ after: { text } = {} }) => {
      if (text?.S === secret) throw hung;
      return text;
    },
    act: async () => ({ failed: [] }),
  });
  const queue = queueHandler('test', async () => {
    throw hung;
  });
  const authorizer = requestAuthorizer(async () => {
    throw hung;
  });

  test.each<[string, () => Promise<unknown>]>([
    ['a request that fails', () => post({ text: secret })],
    [
      'a request with a field that nobody knows',
      () => http(httpEvent('POST /v1/notes', { query: { [secret]: '1' } }), context),
    ],
    ['a request that is no JSON', () => post(`{"text":${secret}`)],
    [
      'a frame that fails',
      () => frames(frameEvent({ action: 'note.write', id: '1', data: { text: secret } }), context),
    ],
    [
      'a frame with a wrong field',
      () => frames(frameEvent({ action: 'note.write', data: { [secret]: secret } }), context),
    ],
    ['a frame that is no JSON', () => frames(frameEvent(`{"text":"${secret}`), context)],
    ['a record that can not be understood', () => stream(streamEvent({ text: { S: secret } }), context)],
    ['a queued message that fails', () => queue(queueEvent({ text: secret }), context)],
    ['a queued message that is no JSON', () => queue(queueEvent(secret), context)],
    [
      'a token that breaks the authorizer',
      () => authorizer(requestAuthorizerEvent({ authorization: `Bearer ${secret}` }), context),
    ],
  ])('are not in the log of %s', async (_, invoke) => {
    act.mockRejectedValue(hung);
    await invoke().catch(() => undefined);
    expect(output.lines().length).toBeGreaterThan(0);
    expect(output.text()).not.toContain('canary');
  });
});
