import type { PostOutcome, Sockets } from '../app/ports.ts';
import { environment } from '../runtime/environment.ts';
import { log } from '../runtime/log.ts';
import { tally } from '../runtime/tally.ts';
import { type Answer, signedCalls } from './signed-calls.ts';

/** So many at a time keep a fraction of a core busy; more only wait, and hold memory. */
const requestsAtOnce = 64;

/** Without a word from API Gateway, in milliseconds. */
const longestSilence = 1_000;

/**
 * Connections by API Gateway's management endpoint. One attempt: a 429 also means that the client's own buffer is full, so that
 * waiting for it would let one slow phone hold up everybody else's events.
 */
export function sockets(endpoint: string): Sockets {
  const { AWS_REGION } = environment('AWS_REGION');
  const call = signedCalls(endpoint, {
    service: 'execute-api',
    region: AWS_REGION,
    atOnce: requestsAtOnce,
    longestSilence,
    // What went well says nothing: thousands of answers are not read.
    readsGoodAnswers: false,
  });
  const ask = (method: 'POST' | 'DELETE', connectionId: string, body: string) =>
    call({ method, path: `/@connections/${encodeURIComponent(connectionId)}`, body });
  return {
    async post(connectionId, frame) {
      tally.add('posts');
      const answer = await ask('POST', connectionId, frame);
      refuseIfForbidden(answer);
      return outcomeOf(answer.status);
    },

    async close(connectionId) {
      const answer = await ask('DELETE', connectionId, '');
      refuseIfForbidden(answer);
      const { status, errorName } = answer;
      const isClosed = status < 300 || status === 410;
      if (!isClosed) log.warn('a connection that could not be closed', { status, errorName });
      return isClosed;
    },
  };
}

function outcomeOf(status: number): PostOutcome {
  if (status === 200) return 'delivered';
  if (status === 410) return 'gone';
  return status === 400 || status === 413 ? 'lost' : 'later';
}

/** No grant or a wrong endpoint: no connection's fault, and only a person can mend it. */
function refuseIfForbidden({ status, errorName, body }: Answer): void {
  if (status !== 403) return;
  const error = new Error(`unable to reach connections; API Gateway refused the function: ${body}`);
  error.name = errorName;
  throw error;
}
