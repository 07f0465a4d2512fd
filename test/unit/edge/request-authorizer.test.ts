import { beforeEach, describe, expect, test, vi } from 'vitest';
import { ChatError } from '../../../lambdas/domain/chat-error.ts';
import { requestAuthorizer } from '../../../lambdas/edge/request-authorizer.ts';
import { captureOutput, context, requestAuthorizerEvent } from '../../helpers/events.ts';

const principal = { userId: 'ann', scopes: ['chat:admin', 'chat:service'], expiresAt: 1_000 };

describe('the HTTP API’s authorizer', () => {
  beforeEach(() => {
    vi.restoreAllMocks();
    captureOutput();
  });

  test('hands on who is calling, in plain values', async () => {
    const verify = vi.fn(async () => principal);
    expect(await requestAuthorizer(verify)(requestAuthorizerEvent({ authorization: 'Bearer abc' }), context)).toEqual({
      isAuthorized: true,
      context: { userId: 'ann', scope: 'chat:admin chat:service', expiresAt: '1000' },
    });
    expect(verify).toHaveBeenCalledExactlyOnceWith('abc');
  });

  test.each(['UNAUTHENTICATED', 'UNAVAILABLE'] as const)('hands on a refusal by %s, and no principal', async (code) => {
    const verify = () => Promise.reject(new ChatError(code, 'the reason'));
    expect(await requestAuthorizer(verify)(requestAuthorizerEvent({ authorization: 'Bearer abc' }), context)).toEqual({
      isAuthorized: true,
      context: { refusal: code, reason: 'the reason' },
    });
  });

  test('asks for the verdict on a token that is not there, too', async () => {
    const verify = vi.fn(() => Promise.reject(new ChatError('UNAUTHENTICATED', 'the reason')));
    await requestAuthorizer(verify)(requestAuthorizerEvent({}), context);
    expect(verify).toHaveBeenCalledExactlyOnceWith('');
  });

  test('lets nobody through on an error that nobody foresaw', async () => {
    const verify = () => Promise.reject(new TypeError('broken'));
    await expect(requestAuthorizer(verify)(requestAuthorizerEvent({}), context)).rejects.toThrow('broken');
  });
});
