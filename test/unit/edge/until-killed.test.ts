import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import * as z from 'zod/mini';
import { connectHandler } from '../../../lambdas/edge/connection-handlers.ts';
import { action, frameHandler } from '../../../lambdas/edge/frame-handler.ts';
import { httpHandler, route } from '../../../lambdas/edge/http-handler.ts';
import { queueHandler } from '../../../lambdas/edge/queue-handler.ts';
import { captureOutput, connectEvent, context, frameEvent, httpEvent, queueEvent } from '../../helpers/events.ts';
import { fakeClock } from '../../helpers/fake-clock.ts';
import { noBans } from '../../helpers/no-bans.ts';
import { openLimiter } from '../../helpers/open-limiter.ts';

const clock = fakeClock();
const rules = { clock, limiter: openLimiter, bans: noBans };
const frameRules = { ...rules, renewals: { renewed: async () => undefined }, sayGoodbye: async () => true };

/** An invocation whose time is over, as far as it is told. */
const late = { ...context, getRemainingTimeInMillis: () => 0 };

let work: PromiseWithResolvers<void>;
beforeEach(() => {
  captureOutput();
  vi.useFakeTimers();
  work = Promise.withResolvers();
});
afterEach(() => {
  vi.useRealTimers();
});

const done = async () => {
  await work.promise;
  return { status: 204 };
};

describe('when the time of an invocation is over, nothing is answered before the work is done', () => {
  test.each<[string, () => Promise<unknown>]>([
    [
      'to a request',
      () =>
        httpHandler({ 'GET /v1/notes': route({ operation: 'list the notes' }, done) }, rules)(
          httpEvent('GET /v1/notes'),
          late,
        ),
    ],
    [
      'to a frame',
      () =>
        frameHandler({ 'note.write': action(z.strictObject({}), done) }, frameRules)(
          frameEvent({ action: 'note.write', id: '1' }),
          late,
        ),
    ],
    [
      'to a handshake',
      () =>
        connectHandler({ clock, open: () => work.promise })(connectEvent({ userId: 'ann', connectionId: 'c' }), late),
    ],
    ['to a queue', () => queueHandler('note.keep', () => done().then(() => true))(queueEvent({}), late)],
  ])('%s', async (_, invoke) => {
    let isAnswered = false;
    const answer = invoke().finally(() => {
      isAnswered = true;
    });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(isAnswered).toBe(false);
    work.resolve();
    await answer;
  });
});
