import type { InvocationOutcome } from '../types.ts';

/** What an API sees of a function that it does not wait for any longer; the function itself goes on. */
export async function withinIntegrationTimeout(
  invocation: Promise<InvocationOutcome>,
  timeoutMs: number,
): Promise<InvocationOutcome> {
  const { promise, resolve } = Promise.withResolvers<InvocationOutcome>();
  const error = { errorType: integrationTimeout, errorMessage: 'Endpoint request timed out' };
  const timer = setTimeout(() => resolve({ ok: false, error }), timeoutMs);
  const outcome = await Promise.race([invocation, promise]);
  clearTimeout(timer);
  return outcome;
}

export const integrationTimeout = 'IntegrationTimeout';
