import http from 'node:http';
import https from 'node:https';
import { text } from 'node:stream/consumers';
import { systemClock } from '../runtime/clock.ts';
import { signerFor, type UnsignedRequest } from './signed-request.ts';

export interface Answer {
  status: number;
  /** AWS's name for what went wrong. */
  errorName: string;
  body: string;
  headers: http.IncomingHttpHeaders;
}

export interface CallSettings {
  /** As in the names of its endpoints. */
  service: string;
  region: string;
  /** Requests at a time; more wait. */
  atOnce: number;
  /** Without a word from the service, in milliseconds. */
  longestSilence: number;
  readsGoodAnswers: boolean;
}

/** `path` follows that of the endpoint. */
export type SignedCall = (request: Omit<UnsignedRequest, 'host'>) => Promise<Answer>;

/** Calls of one service that are signed by hand. What no answer came to counts as one that the service failed to give. */
export function signedCalls(endpoint: string, settings: CallSettings): SignedCall {
  const { protocol, hostname, port, host, pathname } = new URL(endpoint);
  const { service, region, atOnce: maxSockets, longestSilence: timeout, readsGoodAnswers } = settings;
  const transport = protocol === 'https:' ? https : http;
  const agent = new transport.Agent({ keepAlive: true, maxSockets });
  const basePath = pathname.replace(/\/$/, '');
  const sign = signerFor(service, region);

  return async ({ path: subPath, ...request }) => {
    const { method, body } = request;
    const path = basePath + subPath;
    const signed = sign({ ...request, host, path }, systemClock.now());
    const headers = { ...signed, 'content-length': Buffer.byteLength(body) };
    const start = () => transport.request({ agent, method, hostname, port, path, headers, timeout });
    return exchange(start, body, readsGoodAnswers);
  };
}

const noAnswer: Answer = { status: 503, errorName: '', body: '', headers: {} };

/**
 * One request, and its answer. A kept socket may have been closed by the other side while the function was frozen: what was hung up
 * on there has another try, on a socket that is new in the end.
 */
function exchange(start: () => http.ClientRequest, body: string, readsGoodAnswers: boolean): Promise<Answer> {
  const { promise, resolve } = Promise.withResolvers<Answer>();
  const request = start();
  request.on('response', (response) => resolve(read(response, readsGoodAnswers)));
  request.on('timeout', () => request.destroy(new Error('no answer in time')));
  request.on('error', (error: NodeJS.ErrnoException) => {
    const wasHungUp = request.reusedSocket && error.code === 'ECONNRESET';
    resolve(wasHungUp ? exchange(start, body, readsGoodAnswers) : noAnswer);
  });
  request.end(body);
  return promise;
}

/** An answer comes to its end in any case, so that the socket can be used again. */
async function read(response: http.IncomingMessage, readsGoodAnswers: boolean): Promise<Answer> {
  const { statusCode: status = 0, headers } = response;
  if (status < 300 && !readsGoodAnswers) {
    response.resume();
    return { status, errorName: '', body: '', headers };
  }
  const [errorName = ''] = String(headers['x-amzn-errortype'] ?? 'Error').split(':');
  const body = await text(response).catch(() => '');
  return { status, errorName, body, headers };
}
