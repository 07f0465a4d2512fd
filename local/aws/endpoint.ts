import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Faults } from '../faults.ts';
import type { Iam } from '../iam/iam.ts';
import type { Caller } from '../types.ts';
import { type AwsCall, AwsError, type AwsReply, type AwsRequest, type AwsService } from './service.ts';
import { signedBy } from './signature.ts';

export interface AwsEndpoint {
  url: string;
  close(): Promise<void>;
}

interface Parts {
  /** By the name in the signature's credential scope: `dynamodb`, `sqs`, `sns`, `execute-api`. */
  services: Record<string, AwsService>;
  iam: Iam;
  faults: Faults;
}

/** The one address at which the functions' SDK clients find AWS: it asks IAM, injects faults, and hands on to a service. */
export async function createAwsEndpoint(parts: Parts): Promise<AwsEndpoint> {
  const server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    answer(parts, request)
      .then((reply) => reply && send(response, reply))
      .catch((error: unknown) => send(response, { status: 500, body: String(error) }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('unable to listen on a loopback port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function answer(parts: Parts, message: IncomingMessage): Promise<AwsReply | undefined> {
  const request = await read(message);
  const { caller, service: name } = signedBy(request);
  const service = parts.services[name];
  if (!service) return { status: 501, body: `the local host has no ${name || 'unsigned requests'}` };
  try {
    if (!caller || !parts.iam.knows(caller)) throw unknownKey();
    const call = service.understand(request);
    for (const need of call.needs) parts.iam.authorize(caller, need);
    return await withFaults(parts.faults, name, call, caller);
  } catch (error) {
    if (error instanceof AwsError) return service.refuse(error);
    throw error;
  }
}

async function withFaults(
  faults: Faults,
  service: string,
  call: AwsCall,
  caller: Caller,
): Promise<AwsReply | undefined> {
  const at = { service, operation: call.operation, caller };
  const fate = faults.strike(at, 'before');
  if (fate === 'silence') return undefined;
  const reply = await call.perform(caller, fate);
  return faults.strike(at, 'after') === 'silence' ? undefined : reply;
}

function read(message: IncomingMessage): Promise<AwsRequest> {
  const { method = 'GET', url: path = '/', headers } = message;
  const { promise, resolve, reject } = Promise.withResolvers<AwsRequest>();
  const chunks: Buffer[] = [];
  message.on('data', (chunk: Buffer) => chunks.push(chunk));
  message.on('end', () => resolve({ method, path, headers, body: Buffer.concat(chunks) }));
  message.on('error', reject);
  return promise;
}

function send(response: ServerResponse, reply: AwsReply): void {
  response.writeHead(reply.status, { ...reply.headers, 'content-length': Buffer.byteLength(reply.body) });
  response.end(reply.body);
}

function unknownKey(): AwsError {
  return new AwsError(403, 'UnrecognizedClientException', 'The security token included in the request is invalid.');
}
