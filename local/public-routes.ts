import type { Control } from './control/control.ts';
import { type CorsRules, preflightReply, withCors } from './http/cors.ts';
import type { HttpGateway } from './http/http-gateway.ts';
import type { HttpReply } from './http/http-reply.ts';
import type { PublicHandlers, PublicRequest } from './public-server.ts';
import { S3_PATH, type S3Gateway } from './s3/s3-gateway.ts';
import { refuseUpgrade } from './websocket/handshake.ts';
import type { WebSocketGateway } from './websocket/websocket-gateway.ts';

interface Targets {
  control: Control;
  http: HttpGateway;
  webSocket: WebSocketGateway;
  s3: S3Gateway;
}

/** What is where on the one port. */
export function publicRoutes({ control, http, webSocket, s3 }: Targets): PublicHandlers {
  return {
    http: async (request) => {
      if (request.path.startsWith(`${S3_PATH}/`)) return s3(request);
      if (request.path.startsWith('/_local')) return controlled(control, request);
      return request.path === '/' && request.method === 'GET' ? welcome : http(request);
    },
    upgrade: (path, request, socket, head) => {
      if (path !== '/ws') return refuseUpgrade(socket, 404);
      void webSocket.upgrade(request, socket, head);
    },
  };
}

/** For pages of this machine; others were refused before. */
async function controlled(control: Control, { method, path, body, headers }: PublicRequest): Promise<HttpReply> {
  const { origin } = headers;
  if (origin === undefined) return control(method, path, body);
  if (method === 'OPTIONS') return preflightReply(rulesOfControl, origin);
  return withCors(await control(method, path, body), rulesOfControl, origin);
}

const rulesOfControl: CorsRules = {
  origins: ['*'],
  methods: ['GET', 'POST', 'DELETE'],
  headers: ['content-type'],
  exposed: [],
  credentials: false,
  maxAgeSeconds: undefined,
};

const welcome: HttpReply = {
  status: 200,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  cookies: [],
  body: Buffer.from(`Parley runs on this machine.

/v1/…     the HTTP API
/ws       the WebSocket API
/_local   health, tokens, what was pushed, what AWS would bill
`),
};
