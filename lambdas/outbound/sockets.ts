import http from 'node:http';
import https from 'node:https';
import { text } from 'node:stream/consumers';
import type { PostOutcome, Sockets } from '../app/ports.ts';
import { systemClock } from '../runtime/clock.ts';
import { environment } from '../runtime/environment.ts';
import { log } from '../runtime/log.ts';
import { tally } from '../runtime/tally.ts';
import { signerFor, type UnsignedRequest } from './signed-request.ts';

/** So many at a time keep a fraction of a core busy; more only wait, and hold memory. */
const requestsAtOnce = 64;

/** Without a word from API Gateway, in milliseconds. */
const longestSilence = 1_000;

interface Answer {
  status: number;
  /** API Gateway's name for what went wrong. */
  errorName: string;
  body: string;
}

/**
 * Connections by API Gateway's management endpoint. One attempt: a 429 also means that the client's own buffer is full, so that
 * waiting for it would let one slow phone hold up everybody else's events.
 */
export function sockets(endpoint: string): Sockets {
  const { AWS_REGION } = environment('AWS_REGION');
  const ask = requester(new URL(endpoint), AWS_REGION);
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

type Ask = (method: UnsignedRequest['method'], connectionId: string, body: string) => Promise<Answer>;

function requester({ protocol, hostname, port, host, pathname }: URL, region: string): Ask {
  const transport = protocol === 'https:' ? https : http;
  const agent = new transport.Agent({ keepAlive: true, maxSockets: requestsAtOnce });
  const stagePath = pathname.replace(/\/$/, '');
  const sign = signerFor(region);

  return async (method, connectionId, body) => {
    const path = `${stagePath}/@connections/${encodeURIComponent(connectionId)}`;
    const signed = sign({ method, host, path, body }, systemClock.now());
    const headers = { ...signed, 'content-length': Buffer.byteLength(body) };
    const start = () => transport.request({ agent, method, hostname, port, path, headers, timeout: longestSilence });
    return exchange(start, body);
  };
}

/** What no answer came to counts as one that the service failed to give. */
const noAnswer: Answer = { status: 503, errorName: '', body: '' };

/**
 * One request, and its answer. A kept socket may have been closed by the other side while the function was frozen: what was hung up
 * on there has another try, on a socket that is new in the end.
 */
function exchange(start: () => http.ClientRequest, body: string): Promise<Answer> {
  const { promise, resolve } = Promise.withResolvers<Answer>();
  const request = start();
  request.on('response', (response) => resolve(read(response)));
  request.on('timeout', () => request.destroy(new Error('no answer in time')));
  request.on('error', (error: NodeJS.ErrnoException) => {
    const wasHungUp = request.reusedSocket && error.code === 'ECONNRESET';
    resolve(wasHungUp ? exchange(start, body) : noAnswer);
  });
  request.end(body);
  return promise;
}

/** An answer is read to its end in any case, so that the socket can be used again; what went well says nothing there. */
async function read(response: http.IncomingMessage): Promise<Answer> {
  const { statusCode: status = 0, headers } = response;
  if (status < 300) {
    response.resume();
    return { status, errorName: '', body: '' };
  }
  const [errorName = ''] = String(headers['x-amzn-errortype'] ?? 'Error').split(':');
  const body = await text(response).catch(() => '');
  return { status, errorName, body };
}
