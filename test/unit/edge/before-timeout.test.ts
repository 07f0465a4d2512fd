import { beforeEach, describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { connectHandler } from '../../../lambdas/edge/connection-handlers.ts';
import { action, frameHandler } from '../../../lambdas/edge/frame-handler.ts';
import { httpHandler, route } from '../../../lambdas/edge/http-handler.ts';
import { requestAuthorizer } from '../../../lambdas/edge/request-authorizer.ts';
import {
  answerIn,
  captureOutput,
  connectEvent,
  context,
  frameEvent,
  httpEvent,
  requestAuthorizerEvent,
} from '../../helpers/events.ts';
import { fakeClock } from '../../helpers/fake-clock.ts';
import { noBans } from '../../helpers/no-bans.ts';
import { openLimiter } from '../../helpers/open-limiter.ts';

const clock = fakeClock();
const rules = { clock, limiter: openLimiter, bans: noBans };
const never = () => new Promise<never>(() => undefined);
const late = { ...context, getRemainingTimeInMillis: () => 0 };
const message = 'unable to answer in time; what it needs is slow now';

let output: ReturnType<typeof captureOutput>;
beforeEach(() => {
  output = captureOutput();
});

describe('when the time of an invocation is over', () => {
  test('a request is told to come again', async () => {
    const handler = httpHandler({ 'GET /v1/notes': route({ operation: 'list the notes' }, never) }, rules);
    expect(answerIn(await handler(httpEvent('GET /v1/notes'), late))).toMatchObject({
      status: 503,
      body: { code: 'UNAVAILABLE', detail: message, retryable: true },
    });
    expect(output.lines()).toMatchObject([{ outcome: 'refused', code: 'UNAVAILABLE' }]);
  });

  test('a frame is too', async () => {
    const renewals = { renewed: async () => undefined };
    const handler = frameHandler(
      { 'note.write': action(z.strictObject({}), never) },
      { ...rules, renewals, sayGoodbye: async () => true },
    );
    const { body = 'null' } = await handler(frameEvent({ action: 'note.write', id: '1' }), late);
    expect(JSON.parse(body)).toEqual({
      reply: 'note.write',
      id: '1',
      ok: false,
      error: { code: 'UNAVAILABLE', message },
    });
  });

  test('a handshake is refused for now', async () => {
    const handler = connectHandler({ clock, open: never });
    expect(await handler(connectEvent({ userId: 'ann', connectionId: 'c' }), late)).toEqual({ statusCode: 503 });
  });

  test('a token whose keys do not come is not called a bad one', async () => {
    expect(await requestAuthorizer(never)(requestAuthorizerEvent({}), late)).toEqual({
      isAuthorized: true,
      context: { refusal: 'UNAVAILABLE', reason: message },
    });
  });
});
