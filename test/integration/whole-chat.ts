import { join } from 'node:path';
import { vi } from 'vitest';
import { type ErrorCode, errorCodes, type Problem } from '../../contract/errors.ts';
import type { Reply } from '../../contract/frame.ts';
import { openTable } from '../../lambdas/data/client.ts';
import { connectionStore } from '../../lambdas/data/connection-store.ts';
import { longestConnectionMs, openingsKept } from '../../lambdas/domain/connection.ts';
import type { HttpEvent, HttpResponse } from '../../lambdas/edge/http-handler.ts';
import type { FrameEvent, WebSocketResponse } from '../../lambdas/edge/websocket-events.ts';
import { type ChatDatabase, startChatDatabase, tableName } from '../helpers/database.ts';
import { answerIn, context, frameEvent, type HttpRequest, httpEvent } from '../helpers/events.ts';
import { type SchedulerStandIn, schedulerStandIn } from '../helpers/scheduler-stand-in.ts';
import { type DeployedRoute, deployedRoutes } from './deployed-routes.ts';

/** Whoever calls, as our authorizers let them through. */
export interface Caller {
  userId: string;
  scope?: string;
  connectionId?: string;
}

/** The same for both transports: a frame's error counts as the status that its code has by HTTP. */
export interface Answer {
  status: number;
  body: unknown;
}

export type Asked = Pick<HttpRequest, 'params' | 'query' | 'body'>;

export interface WholeChat {
  database: ChatDatabase;
  scheduler: SchedulerStandIn;
  /** Everything that can be asked: route keys of HTTP, and actions. */
  operations: string[];
  /** Without a caller: nobody who has a token. */
  ask(routeKey: string, caller: Caller | undefined, asked?: Asked): Promise<Answer>;
  /** The connection that the caller's frames come by. */
  connect(caller: Caller): Promise<void>;
  sendFrame(action: string, caller: Caller, data: unknown): Promise<Answer>;
  /** The entry of a function that no route leads to. */
  load(entry: string): Promise<(event: unknown) => Promise<unknown>>;
  close(): Promise<void>;
}

const farAway = String(Date.UTC(2100, 0, 1));
const unreachable = 'http://127.0.0.1:9';

/** Every function that the template has a route to, by its exported handler, over a real database in memory. */
export async function startWholeChat({ bucketUrl = unreachable } = {}): Promise<WholeChat> {
  const routes = deployedRoutes();
  const database = await startChatDatabase();
  const scheduler = await schedulerStandIn();
  stubEnvironment(routes);
  vi.stubEnv('BUCKET_URL', bucketUrl);
  const handlers = new Map<string, (event: unknown) => Promise<unknown>>();
  for (const { routeKey, entry } of routes) handlers.set(routeKey, await handlerOf(entry));

  const handle = (operation: string, event: unknown): Promise<unknown> => {
    const handler = handlers.get(operation);
    if (!handler) throw new Error(`the template has no route ${operation}`);
    return handler(event);
  };
  return {
    database,
    scheduler,
    operations: routes.map(({ routeKey }) => routeKey),
    async ask(routeKey, caller, asked = {}) {
      const { status = 0, body } = answerIn(
        (await handle(routeKey, requestOf(routeKey, caller, asked))) as HttpResponse,
      );
      return { status, body };
    },
    connect,
    async sendFrame(action, caller, data) {
      const { body = '' } = (await handle(action, frameOf(action, caller, data))) as WebSocketResponse;
      return answerOf(JSON.parse(body));
    },
    load: handlerOf,
    async close() {
      await scheduler.close();
      await database.close();
    },
  };
}

/** What the start of the database and of the stand-ins has set. */
const ownVariables = new Set(['TABLE_NAME', 'RATE_LIMITS', 'SCHEDULES']);

/** What the template refers to has no address here; what it says in words stands. */
function stubEnvironment(routes: DeployedRoute[]): void {
  for (const { environment } of routes) {
    for (const [name, value] of Object.entries(environment)) {
      if (!ownVariables.has(name)) vi.stubEnv(name, typeof value === 'string' ? value : unreachable);
    }
  }
}

/** Imported late: a handler reads its environment when it is loaded. */
async function handlerOf(entry: string): Promise<(event: unknown) => Promise<unknown>> {
  const file = join(import.meta.dirname, '../../lambdas', `${entry}.lambda.ts`);
  const { handler } = await import(file);
  return (event) => handler(event, context);
}

async function connect({ userId, connectionId = connectionOf(userId) }: Caller): Promise<void> {
  const openedAtMs = Date.now();
  const connection = { userId, connectionId, openedAtMs, expiresAtMs: openedAtMs + longestConnectionMs, joined: [] };
  await connectionStore(openTable(tableName)).open(connection, openingsKept);
}

const connectionOf = (userId: string) => `c-${userId}`;

const authorizedAs = ({ userId, scope = '' }: Caller) => ({ userId, scope, expiresAt: farAway });

const requestOf = (routeKey: string, caller: Caller | undefined, asked: Asked): HttpEvent =>
  httpEvent(routeKey, { ...asked, authorizer: caller ? authorizedAs(caller) : refusedAuthorizer });

/** What the authorizer says of a request without a token. */
const refusedAuthorizer = { refusal: 'UNAUTHENTICATED', reason: 'unable to authenticate; there is no token' };

function frameOf(action: string, caller: Caller, data: unknown): FrameEvent {
  const { connectionId = connectionOf(caller.userId) } = caller;
  const event = frameEvent({ action, id: '1', data }, { userId: caller.userId, connectionId });
  return { ...event, requestContext: { ...event.requestContext, authorizer: authorizedAs(caller) } };
}

const answerOf = (reply: Reply): Answer =>
  reply.ok ? { status: 200, body: reply.data } : { status: errorCodes[reply.error.code].status, body: reply.error };

/** The body of an answer that must be good. */
export function good<Body>({ status, body }: Answer): Body {
  if (status >= 200 && status < 300) return body as Body;
  throw new Error(`answered ${status}: ${JSON.stringify(body)}`);
}

/** What a refusal says, without what differs from one request to the next. */
export function refusalIn({ body }: Answer): object {
  const { requestId, ...rest } = body as Problem;
  return rest;
}

export const codeIn = ({ body }: Answer): ErrorCode => (body as Problem).code;
