import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { gatewayRequestId } from '../gateway/gateway-id.ts';
import { integrationTimeout, withinIntegrationTimeout } from '../gateway/time-limit.ts';
import type { Clock, InvocationOutcome, Invoke, Json } from '../types.ts';
import type { WebSocketApi } from './websocket-api.ts';
import { authorize } from './websocket-authorizer.ts';
import { authorizerEvent, type ConnectionFacts, connectEvent, type Handshake } from './websocket-events.ts';

export const integrationTimeoutMs = 29_000;

const maxUrlLength = 4096;

/** Nothing but the status reaches a refused client: browsers don't show even that to a page. */
export type Admission = { status: number } | { facts: ConnectionFacts; subprotocol: string | undefined };

/** What happens before the 101: the authorizer, then `$connect`. The client waits for both. */
export async function admit(
  api: WebSocketApi,
  { invoke, clock }: { invoke: Invoke; clock: Clock },
  request: IncomingMessage,
  facts: ConnectionFacts,
): Promise<Admission> {
  if ((request.url ?? '').length > maxUrlLength) return { status: 414 };
  const handshake = handshakeOf(request);
  const now = { requestId: gatewayRequestId(), at: clock.now() };
  const authorization = await authorize(api, invoke, authorizerEvent(api, facts, now, handshake), handshake);
  if ('status' in authorization) return authorization;
  const admitted = api.authorizer ? { ...facts, authorizer: authorization.context } : facts;
  const route = api.routes.get('$connect');
  if (!route) return { facts: admitted, subprotocol: undefined };
  const connecting = invoke(route.functionId, connectEvent(api, admitted, now, handshake));
  const answer = connectAnswer(await withinIntegrationTimeout(connecting, integrationTimeoutMs));
  if (answer.status < 200 || answer.status > 299) return { status: answer.status };
  return { facts: admitted, subprotocol: answer.subprotocol };
}

/** What `ws` would refuse after `$connect`, when it is too late. */
export function isHandshake({ method, headers }: IncomingMessage): boolean {
  const { upgrade, 'sec-websocket-version': version, 'sec-websocket-key': key } = headers;
  const isWebSocket = method === 'GET' && upgrade?.toLowerCase() === 'websocket' && version === '13';
  return isWebSocket && /^[+/0-9A-Za-z]{22}==$/.test(key ?? '');
}

function handshakeOf(request: IncomingMessage): Handshake {
  const forwarded = ['X-Forwarded-For', request.socket.remoteAddress ?? '', 'X-Forwarded-Proto', 'https'];
  return {
    rawHeaders: [...request.rawHeaders, ...forwarded, 'X-Forwarded-Port', '443'],
    query: new URL(request.url ?? '/', 'http://localhost').searchParams,
  };
}

function connectAnswer(outcome: InvocationOutcome): { status: number; subprotocol: string | undefined } {
  if (!outcome.ok)
    return { status: outcome.error.errorType === integrationTimeout ? 504 : 502, subprotocol: undefined };
  const answer = outcome.payload;
  if (answer === null || typeof answer !== 'object' || Array.isArray(answer)) {
    return { status: 502, subprotocol: undefined };
  }
  return { status: Number(answer.statusCode ?? 502), subprotocol: subprotocolIn(answer.headers) };
}

/** API Gateway answers a subprotocol only when `$connect` returns it, in whatever case. */
function subprotocolIn(headers: Json | undefined): string | undefined {
  const entry = Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === 'sec-websocket-protocol');
  return entry && String(entry[1]);
}

/** Answers an upgrade request with an error and hangs up. */
export function refuseUpgrade(socket: Duplex, status: number): void {
  const body = JSON.stringify({ message: STATUS_CODES[status] ?? 'Refused' });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Refused'}`,
    'Connection: close',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
