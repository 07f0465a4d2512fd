import { beforeEach, describe, expect, test, vi } from 'vitest';
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

/** middy asks for it where it is going to answer at that time, and for nothing else. */
const remaining = vi.fn(() => 0);
const late = { ...context, getRemainingTimeInMillis: remaining };
const done = async () => ({ status: 204 });

beforeEach(() => {
  captureOutput();
  remaining.mockClear();
});

describe('whatever time is left, nothing is answered before the work is done', () => {
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
        connectHandler({ clock, open: async () => undefined })(
          connectEvent({ userId: 'ann', connectionId: 'c' }),
          late,
        ),
    ],
    ['to a queue', () => queueHandler('note.keep', async () => true)(queueEvent({}), late)],
  ])('%s', async (_, invoke) => {
    await invoke();
    expect(remaining).not.toHaveBeenCalled();
  });
});
