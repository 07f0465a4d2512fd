import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { type HttpReply, messageReply } from './http/http-reply.ts';
import { S3_PATH } from './s3/s3-gateway.ts';
import { isOwnRequest } from './same-origin.ts';
import { refuseUpgrade } from './websocket/handshake.ts';

/** HTTP APIs read that much, and no more of the headers than 10,240 bytes. */
const maxBodyBytes = 10 * 1024 * 1024;
/** Forms for S3 hold a whole file. */
const maxFormBytes = 101 * 1024 * 1024;
const maxHeaderBytes = 10_240;

/** A request whose body was read, or was too long to be. */
export interface PublicRequest {
  method: string;
  /** Still encoded. */
  path: string;
  rawQuery: string;
  headers: Record<string, string>;
  body: Buffer | 'too long';
  sourceIp: string;
}

export interface PublicHandlers {
  http(request: PublicRequest): Promise<HttpReply>;
  upgrade(path: string, request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

export interface PublicServer {
  port: number;
  /** Until then, every request is answered 503. */
  serve(handlers: PublicHandlers): void;
  /** Again answers 503 to whatever comes. */
  refuse(): void;
  close(): Promise<void>;
}

/** The one port that people and clients see. On this machine only, whatever the network is. */
export async function listenPublicly(port: number): Promise<PublicServer> {
  const server = createServer({ maxHeaderSize: maxHeaderBytes });
  let handlers: PublicHandlers | undefined;
  server.on('request', (request, response) => void respond(request, response, actualPort(server), handlers));
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (!isOwnRequest(request.headers, actualPort(server))) return refuseUpgrade(socket, 403);
    if (!handlers) return refuseUpgrade(socket, 503);
    handlers.upgrade(splitUrl(request).path, request, socket, head);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') throw error;
    throw new Error(`port ${port} is in use; stop what uses it, or choose another with PORT=${port + 1} npm start`);
  });
  return {
    port: actualPort(server),
    serve: (given) => {
      handlers = given;
    },
    refuse: () => {
      handlers = undefined;
    },
    close: async () => {
      server.close();
      server.closeIdleConnections();
      setTimeout(() => server.closeAllConnections(), 1000).unref();
      await once(server, 'close');
    },
  };
}

function actualPort(server: Server): number {
  const address = server.address();
  return address !== null && typeof address === 'object' ? address.port : 0;
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  port: number,
  handlers: PublicHandlers | undefined,
): Promise<void> {
  try {
    send(response, await replyTo(request, port, handlers));
  } catch (error) {
    send(response, messageReply(500, `the local host failed; ${error instanceof Error ? error.message : error}`));
  }
}

async function replyTo(request: IncomingMessage, port: number, handlers: PublicHandlers | undefined) {
  if (!isOwnRequest(request.headers, port))
    return messageReply(
      403,
      'this host answers only requests from this machine, and from pages of localhost or 127.0.0.1',
    );
  if (!handlers) return messageReply(503, 'starting');
  return handlers.http({
    method: request.method ?? 'GET',
    ...splitUrl(request),
    headers: joinedHeaders(request),
    body: await read(request, splitUrl(request).path.startsWith(`${S3_PATH}/`) ? maxFormBytes : maxBodyBytes),
    sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
  });
}

function splitUrl({ url = '/' }: IncomingMessage): { path: string; rawQuery: string } {
  const [path = '/', ...query] = url.split('?');
  return { path, rawQuery: query.join('?') };
}

function joinedHeaders({ headers }: IncomingMessage): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(',') : value,
  ]);
  return Object.fromEntries(entries);
}

/** What is too long is still read to its end, so that the client hears the answer. */
async function read(request: IncomingMessage, most: number): Promise<Buffer | 'too long'> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length <= most) chunks.push(chunk);
  }
  return length > most ? 'too long' : Buffer.concat(chunks);
}

function send(response: ServerResponse, { status, headers, cookies, body }: HttpReply): void {
  const hasBody = status !== 204 && status !== 304;
  response.writeHead(status, {
    ...headers,
    ...(hasBody && { 'content-length': body.length }),
    ...(cookies.length > 0 && { 'set-cookie': cookies }),
  });
  response.end(hasBody ? body : undefined);
}
