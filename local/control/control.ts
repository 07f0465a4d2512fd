import * as z from 'zod/mini';
import type { HostClock } from '../clock.ts';
import type { SentEvent } from '../events/put-event.ts';
import type { Faults } from '../faults.ts';
import { type HttpReply, jsonReply, messageReply } from '../http/http-reply.ts';
import type { KeptList } from '../kept-list.ts';
import type { Meter } from '../meter.ts';
import type { PushControl } from '../sns/push-control.ts';
import type { Json } from '../types.ts';
import { parseFaults } from './fault-request.ts';
import type { Identity } from './identity.ts';
import { parseEndpointChange, parseEndpointChoice, parsePlatformChange } from './sns-request.ts';
import { parseTokenRequest } from './token-request.ts';

/** What the routes below `/_local` show and change. */
export interface ControlParts {
  identity: Identity;
  meter: Meter;
  faults: Faults;
  push: PushControl;
  events: KeptList<SentEvent>;
  health(): object;
  /** The logical id of the function of this name; throws when there is none. */
  functionId(name: string): string;
  clock: HostClock;
  deliverDisconnects(deliver: boolean): void;
}

export type Control = (method: string, path: string, body: Buffer | 'too long') => Promise<HttpReply>;

type Route = (parts: ControlParts, body: unknown) => unknown;

const clockSchema = z.strictObject({ advanceSeconds: z.int().check(z.minimum(0)) });
const disconnectsSchema = z.strictObject({ deliver: z.boolean() });

// Without a language, zod/mini says no more than "Invalid input".
z.config(z.locales.en());

/** A route that returns nothing answers 204. */
const routes: Record<string, Route> = {
  'GET /_local/health': ({ health }) => ({ status: 'ok', ...health() }),
  'POST /_local/token': async ({ identity }, body) => ({ token: await identity.issue(parseTokenRequest(body)) }),
  'GET /_local/jwks.json': ({ identity }) => identity.keySet,
  'GET /_local/sns': ({ push }) => ({ published: push.sink.published() }),
  'DELETE /_local/sns': ({ push }) => push.sink.clear(),
  'POST /_local/sns/endpoints': ({ push }, body) => {
    const { enabled, ...choice } = parseEndpointChange(body);
    push.enableEndpoints(choice, enabled);
  },
  'DELETE /_local/sns/endpoints': ({ push }, body) => push.removeEndpoints(parseEndpointChoice(body)),
  'POST /_local/sns/platforms': ({ push }, body) => {
    const { platform, enabled } = parsePlatformChange(body);
    push.enablePlatform(platform, enabled);
  },
  'GET /_local/events': ({ events }) => ({ events: events.all() }),
  'DELETE /_local/events': ({ events }) => events.clear(),
  'GET /_local/meter': ({ meter }) => meter.report(),
  'DELETE /_local/meter': ({ meter }) => meter.reset(),
  'POST /_local/faults': ({ faults, functionId }, body) => faults.add(parseFaults(body, functionId)),
  'DELETE /_local/faults': ({ faults }) => faults.clear(),
  'GET /_local/clock': ({ clock }) => timeOf(clock),
  'POST /_local/clock': ({ clock }, body) => {
    clock.advance(1000 * clockSchema.parse(body).advanceSeconds);
    return timeOf(clock);
  },
  'POST /_local/disconnects': ({ deliverDisconnects }, body) =>
    deliverDisconnects(disconnectsSchema.parse(body).deliver),
};

export function createControl(parts: ControlParts): Control {
  return async (method, path, body) => {
    const route = routes[`${method} ${path}`];
    if (!route) return jsonReply(404, { message: 'Not Found', routes: Object.keys(routes) });
    if (body === 'too long') return messageReply(413, 'the body is too long');
    try {
      const answer = await route(parts, body.length > 0 ? JSON.parse(body.toString()) : undefined);
      return answer === undefined ? noContent : jsonReply(200, answer as Json);
    } catch (error) {
      return messageReply(400, `unable to ${method} ${path}; ${reasonOf(error)}`);
    }
  };
}

const timeOf = (clock: HostClock) => ({ now: new Date(clock.now()).toISOString() });

const noContent: HttpReply = { status: 204, headers: {}, cookies: [], body: Buffer.alloc(0) };

function reasonOf(error: unknown): string {
  if (error instanceof z.core.$ZodError) {
    return error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`).join(', ');
  }
  if (error instanceof SyntaxError) return 'the body is not JSON';
  return error instanceof Error ? error.message : String(error);
}
