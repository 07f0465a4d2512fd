import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';

export interface SeenRequest {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** `silence` never answers, `hangUp` closes the connection in place of an answer. */
export type StandInAnswer = 'silence' | 'hangUp' | { status: number; headers?: Record<string, string>; body?: string };

export interface HttpStandIn {
  url: string;
  /** In the order in which they came. */
  requests: SeenRequest[];
  close(): Promise<void>;
}

/** A service on a loopback port that answers as a test tells it: what a client does is seen on the wire, its retries included. */
export async function httpStandIn(answerTo: (request: SeenRequest) => StandInAnswer): Promise<HttpStandIn> {
  const requests: SeenRequest[] = [];
  const server = createServer(async (message, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(chunk);
    const { method = '', url: path = '', headers } = message;
    const request = { method, path, headers, body: Buffer.concat(chunks).toString() };
    requests.push(request);
    give(response, answerTo(request));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('unable to listen on a loopback port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function give(response: ServerResponse, answer: StandInAnswer): void {
  if (answer === 'silence') return;
  if (answer === 'hangUp') {
    response.destroy();
    return;
  }
  response.writeHead(answer.status, answer.headers).end(answer.body);
}
