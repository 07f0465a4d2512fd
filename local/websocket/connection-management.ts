import { type AwsCall, AwsError, type AwsReply, type AwsRequest, type AwsService } from '../aws/service.ts';
import { isGatewayId } from '../gateway/gateway-id.ts';
import type { Meter } from '../meter.ts';
import type { Clock } from '../types.ts';
import { type Connection, isClogged, isOpen } from './connection.ts';
import type { WebSocketApi } from './websocket-api.ts';

const maxMessageBytes = 128 * 1024;

const operations: Record<string, string> = {
  DELETE: 'DeleteConnection',
  GET: 'GetConnection',
  POST: 'PostToConnection',
};

interface Parts {
  api: WebSocketApi;
  connections: Map<string, Connection>;
  clock: Clock;
  meter: Meter;
}

/** `@connections`: how a function posts to a client, looks at it, or closes it. */
export function createConnectionManagement(parts: Parts): AwsService {
  return { understand: (request) => understand(parts, request), refuse };
}

function understand(parts: Parts, request: AwsRequest): AwsCall {
  const { api } = parts;
  const [, stage, , encodedId = ''] =
    request.path.split('?')[0]?.match(/^\/([^/]+)\/(@|%40)connections\/([^/]+)$/) ?? [];
  const operation = operations[request.method];
  if (stage !== api.stage || !operation) throw new AwsError(403, 'ForbiddenException', 'Forbidden');
  const connectionId = decodeURIComponent(encodedId);
  const resource = `${api.arn}/${request.method}/@connections/${connectionId}`;
  return {
    operation,
    needs: [{ action: 'execute-api:ManageConnections', resources: [resource] }],
    perform: async () => perform(parts, request, connectionId),
  };
}

function perform({ connections, clock, meter }: Parts, request: AwsRequest, connectionId: string): AwsReply {
  if (!isGatewayId(connectionId))
    throw new AwsError(400, 'BadRequestException', `Invalid connectionId: ${connectionId}`);
  const connection = connections.get(connectionId);
  // A client whose handshake isn't over is as gone as one that has left: AWS answers 410 to both.
  if (!connection || !isOpen(connection)) throw new AwsError(410, 'GoneException', 'Gone');
  if (request.method === 'GET') return { status: 200, headers: json, body: JSON.stringify(describe(connection)) };
  if (request.method === 'DELETE') {
    // At once, not when the client has answered the close: a post that follows must find it gone.
    connections.delete(connectionId);
    connection.socket.close(1000, 'Connection Closed Normally');
    return { status: 204, body: '' };
  }
  if (request.body.length > maxMessageBytes) throw new AwsError(413, 'PayloadTooLargeException', 'Payload too large');
  if (isClogged(connection)) throw new AwsError(429, 'LimitExceededException', 'Client buffer is full');
  connection.lastActiveAt = clock.now();
  meter.webSocketOut(request.body.length);
  connection.socket.send(request.body.toString());
  return { status: 200, body: '' };
}

function describe({ facts, lastActiveAt }: Connection) {
  return {
    connectedAt: new Date(facts.connectedAt).toISOString(),
    identity: { sourceIp: facts.sourceIp, userAgent: facts.userAgent },
    lastActiveAt: new Date(lastActiveAt).toISOString(),
  };
}

const json = { 'content-type': 'application/json' };

/** REST-JSON: the SDK takes an error's name from this header. What IAM refuses is a 403 here, where others have a 400. */
function refuse(error: AwsError): AwsReply {
  return {
    status: error.code === 'AccessDeniedException' ? 403 : error.status,
    headers: { ...json, 'x-amzn-errortype': error.code },
    body: JSON.stringify({ message: error.message }),
  };
}
