import type { MiddlewareObj } from '@middy/core';
import { ChatError } from '../domain/chat-error.ts';
import { log } from '../runtime/log.ts';
import { tally } from '../runtime/tally.ts';

let isCold = true;

/** One line for each invocation: what, how it ended, how long it took, what it called. */
export function logInvocation<Event, Result>(
  operationOf: (event: Event) => string,
): MiddlewareObj<Event, Result, Error> {
  let startedAt = 0;
  let cold = false;

  const line = (request: { event: Event; context?: { awsRequestId?: string } }) => ({
    operation: operationOf(request.event),
    ms: Math.round(performance.now() - startedAt),
    cold,
    ...(request.context?.awsRequestId && { invocationId: request.context.awsRequestId }),
    ...requestIdOf(request.event),
    ...tally.take(),
  });

  return {
    before() {
      startedAt = performance.now();
      cold = isCold;
      isCold = false;
      tally.take();
    },
    after(request) {
      log.invocation({ ...line(request), outcome: 'ok' });
    },
    onError(request) {
      const { error } = request;
      const isRefusal = error instanceof ChatError && error.code !== 'INTERNAL';
      if (!isRefusal) log.error('not handled', error);
      log.invocation({
        ...line(request),
        outcome: isRefusal ? 'refused' : 'failed',
        code: error instanceof ChatError ? error.code : 'INTERNAL',
      });
    },
  };
}

/** API Gateway's id of the request, which a client is told with an error. */
function requestIdOf(event: unknown): { requestId?: string } {
  const { requestContext } = event as { requestContext?: { requestId?: string } };
  return requestContext?.requestId === undefined ? {} : { requestId: requestContext.requestId };
}
