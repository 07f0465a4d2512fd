import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { type ClientOptions, WebSocket } from 'ws';
import { AwsError } from '../../../../local/aws/service.ts';
import { createClock } from '../../../../local/clock.ts';
import { createMeter } from '../../../../local/meter.ts';
import type { InvocationOutcome, Json, JsonObject } from '../../../../local/types.ts';
import type { Connection } from '../../../../local/websocket/connection.ts';
import { createConnectionManagement } from '../../../../local/websocket/connection-management.ts';
import { createWebSocketGateway } from '../../../../local/websocket/websocket-gateway.ts';

type Handler = (event: JsonObject) => Json | undefined | Promise<Json | undefined>;

const allow = {
  principalId: 'alice',
  policyDocument: { Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] },
};
const fail = (message: string): Handler => {
  return () => {
    throw new Error(message);
  };
};

/** The app under test: what each function answers. Those not given answer an empty 200. */
async function start(functions: Record<string, Handler> = {}) {
  const events: { functionId: string; event: JsonObject }[] = [];
  const invoke = async (functionId: string, event: Json): Promise<InvocationOutcome> => {
    const given = event as JsonObject;
    events.push({ functionId, event: given });
    const handler = functions[functionId] ?? (() => (functionId === 'Authorize' ? allow : { statusCode: 200 }));
    try {
      return { ok: true, payload: await handler(given) };
    } catch (error) {
      return { ok: false, error: { errorType: 'Error', errorMessage: error instanceof Error ? error.message : '' } };
    }
  };
  const api = {
    id: 'abcdefghij',
    stage: 'v1',
    domainName: 'abcdefghij.execute-api.us-east-1.amazonaws.com',
    arn: 'arn:aws:execute-api:us-east-1:000000000000:abcdefghij/v1',
    routeKeyPath: ['action'],
    routes: new Map([
      ['$connect', { functionId: 'Connect', responds: false }],
      ['$disconnect', { functionId: 'Disconnect', responds: false }],
      ['echo', { functionId: 'Echo', responds: true }],
      ['silent', { functionId: 'Silent', responds: false }],
    ]),
    authorizer: { functionId: 'Authorize', identitySources: [] },
  };
  const clock = createClock();
  const meter = createMeter();
  const connections = new Map<string, Connection>();
  const gateway = createWebSocketGateway(api, connections, { invoke, clock, meter });
  const management = createConnectionManagement({ api, connections, clock, meter });
  const server = createServer().on('upgrade', gateway.upgrade).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const url = `ws://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/ws`;

  const understand = (method: string, connectionId: string, body: string, stage: string) => {
    const path = `/${stage}/@connections/${encodeURIComponent(connectionId)}`;
    return management.understand({ method, path, headers: {}, body: Buffer.from(body) });
  };
  const needs = (method: string, connectionId: string) => understand(method, connectionId, '', 'v1').needs;
  async function manage(method: string, connectionId: string, body = '', stage = 'v1') {
    try {
      const call = understand(method, connectionId, body, stage);
      return await call.perform({ functionId: 'FanOut', workerId: '' });
    } catch (error) {
      if (error instanceof AwsError) return management.refuse(error);
      throw error;
    }
  }
  const stop = async () => {
    await gateway.close();
    server.close();
  };
  return { url, events, gateway, clock, meter, connections, needs, refuse: management.refuse, manage, stop };
}

let app: Awaited<ReturnType<typeof start>>;
afterEach(() => app.stop());

async function open(protocols: string[] = [], options: ClientOptions = {}) {
  const client = new WebSocket(app.url, protocols, options);
  const frames: string[] = [];
  client.on('message', (data) => frames.push(data.toString()));
  await once(client, 'open');
  const [connectionId = ''] = [...app.connections.keys()].slice(-1);
  return { client, frames, connectionId };
}

async function refusal(path = '', protocols: string[] = []): Promise<number | undefined> {
  const client = new WebSocket(app.url + path, protocols);
  const [request, response] = await once(client, 'unexpected-response');
  request.destroy();
  return response.statusCode;
}

const closeOf = async (client: WebSocket) => (await once(client, 'close'))[0];
const eventsOf = (functionId: string) => app.events.filter((event) => event.functionId === functionId);

describe('a handshake', () => {
  test.each<[string, Record<string, Handler>, number]>([
    ['the authorizer says Unauthorized', { Authorize: fail('Unauthorized') }, 401],
    [
      'the authorizer denies',
      {
        Authorize: () => ({
          principalId: 'a',
          policyDocument: { Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }] },
        }),
      },
      403,
    ],
    ['the authorizer fails', { Authorize: fail('x') }, 500],
    ['$connect says no', { Connect: () => ({ statusCode: 400 }) }, 400],
    ['$connect fails', { Connect: fail('x') }, 502],
  ])('is refused when %s', async (_sentence, functions, status) => {
    app = await start(functions);
    expect(await refusal()).toBe(status);
    expect(app.connections.size).toBe(0);
    expect(eventsOf('Disconnect')).toEqual([]);
  });

  test('is refused with a URL of more than 4,096 characters', async () => {
    app = await start();
    expect(await refusal(`?token=${'x'.repeat(4096)}`)).toBe(414);
  });

  test('answers the subprotocol that $connect returns, whatever the case of the header', async () => {
    app = await start({ Connect: () => ({ statusCode: 200, headers: { 'sec-webSocket-PROTOCOL': 'chat.v1' } }) });
    const { client } = await open(['chat.v1', 'bearer.x']);
    expect(client.protocol).toBe('chat.v1');
  });

  test('answers none by itself, so that a client that offers some gives up', async () => {
    app = await start();
    const client = new WebSocket(app.url, ['chat.v1']);
    const [error] = await once(client, 'error');
    expect(error.message).toMatch(/no subprotocol/);
  });

  test('compresses nothing', async () => {
    app = await start();
    const { client } = await open([], { perMessageDeflate: true });
    expect(client.extensions).toBe('');
  });

  test('cannot be posted to before it is over', async () => {
    const posted: unknown[] = [];
    app = await start({
      Connect: async ({ requestContext }) => {
        const { connectionId } = requestContext as { connectionId: string };
        posted.push(await app.manage('POST', connectionId, 'early'));
        return { statusCode: 200 };
      },
    });
    await open();
    expect(posted).toMatchObject([{ status: 410 }]);
  });
});

describe('a frame', () => {
  test('is answered with the body where the route has a response, and carries what the authorizer said', async () => {
    app = await start({ Echo: ({ body }) => ({ statusCode: 200, body: `re ${body}` }) });
    const { client, frames } = await open();
    client.send('{"action":"echo"}');
    await expect.poll(() => frames).toEqual(['re {"action":"echo"}']);
    expect(eventsOf('Echo')[0]?.event).toMatchObject({ requestContext: { authorizer: { principalId: 'alice' } } });
    expect(app.meter.report().apiGateway).toMatchObject({ webSocketIn: 1, webSocketOut: 1 });
  });

  test('gets no answer where the route has no response', async () => {
    app = await start({
      Silent: () => ({ statusCode: 200, body: 'lost' }),
      Echo: () => ({ statusCode: 200, body: 'b' }),
    });
    const { client, frames } = await open();
    client.send('{"action":"silent"}');
    await expect.poll(() => eventsOf('Silent').length).toBe(1);
    client.send('{"action":"echo"}');
    await expect.poll(() => frames).toEqual(['b']);
  });

  test.each<[string, string, Record<string, Handler>, string]>([
    ['no route and no default', 'hello', {}, 'Forbidden'],
    ['a function that fails', '{"action":"echo"}', { Echo: fail('x') }, 'Internal server error'],
    ['an answer without a status', '{"action":"echo"}', { Echo: () => 'x' }, 'Internal server error'],
  ])("gets the gateway's own frame: %s", async (_sentence, frame, functions, message) => {
    app = await start(functions);
    const { client, frames, connectionId } = await open();
    client.send(frame);
    await expect.poll(() => frames.length).toBe(1);
    const shape = new RegExp(
      `^\\{"message": "${message}", "connectionId":"${connectionId}", "requestId":"[\\w-]{15}="\\}$`,
    );
    expect(frames[0]).toMatch(shape);
    expect(client.readyState).toBe(WebSocket.OPEN);
  });

  test('does not wait for the frame before it', async () => {
    const second = Promise.withResolvers<Json>();
    const first = Promise.withResolvers<void>();
    app = await start({
      Echo: async ({ body }) => {
        if (String(body).includes('second')) second.resolve({ statusCode: 200, body: 'second' });
        else first.resolve();
        const earlier = await second.promise;
        return String(body).includes('second') ? earlier : { statusCode: 200, body: 'first' };
      },
    });
    const { client, frames } = await open();
    client.send('{"action":"echo","n":"first"}');
    await first.promise;
    client.send('{"action":"echo","n":"second"}');
    await expect.poll(() => [...frames].sort()).toEqual(['first', 'second']);
  });

  test.each<[string, (client: WebSocket) => void, number]>([
    ['binary', (client) => client.send(Buffer.from('x')), 1003],
    ['longer than 32 KB', (client) => client.send('x'.repeat(32 * 1024 + 1)), 1009],
    ['part of a message of more than 128 KB', (client) => sendInFragments(client, 6), 1009],
  ])('closes the connection when it is %s', async (_sentence, send, code) => {
    app = await start();
    const { client } = await open();
    const closed = closeOf(client);
    send(client);
    expect(await closed).toBe(code);
    await expect.poll(() => eventsOf('Disconnect').length).toBe(1);
    expect(eventsOf('Echo')).toEqual([]);
  });

  test('may be part of a message of up to 128 KB', async () => {
    app = await start({ Echo: ({ body }) => ({ statusCode: 200, body: String(String(body).length) }) });
    const { client, frames } = await open();
    sendInFragments(client, 4);
    await expect.poll(() => frames).toEqual([expect.stringContaining('Forbidden')]);
  });
});

function sendInFragments(client: WebSocket, count: number): void {
  for (let index = 1; index <= count; index += 1) client.send('x'.repeat(25_000), { fin: index === count });
}

describe('a connection', () => {
  test('ends with a $disconnect that says how', async () => {
    app = await start();
    const { client } = await open();
    client.close(4000, 'bye');
    await expect.poll(() => eventsOf('Disconnect').length).toBe(1);
    expect(eventsOf('Disconnect')[0]?.event).toMatchObject({
      requestContext: { disconnectStatusCode: 4000, disconnectReason: 'bye', authorizer: { principalId: 'alice' } },
    });
  });

  test('ends without one when the switch says so', async () => {
    app = await start();
    app.gateway.deliverDisconnects(false);
    const { client } = await open();
    client.terminate();
    await expect.poll(() => app.connections.size).toBe(0);
    expect(eventsOf('Disconnect')).toEqual([]);
  });

  test.each([
    ['after ten minutes of silence', 10 * 60_000, 'Going away'],
    ['after two hours', 2 * 3_600_000, 'Connection Duration Limit Exceeded'],
  ])('is closed %s', async (_sentence, ms, why) => {
    app = await start();
    const { client } = await open();
    const closed = once(client, 'close');
    app.clock.advance(ms);
    const [code, reason] = await closed;
    expect([code, String(reason)]).toEqual([1001, why]);
    await expect.poll(() => eventsOf('Disconnect').length).toBe(1);
  });

  test('stays open when a frame broke the silence', async () => {
    app = await start();
    const { client, frames } = await open();
    app.clock.advance(9 * 60_000);
    client.send('x');
    await expect.poll(() => frames.length).toBe(1);
    app.clock.advance(9 * 60_000);
    client.send('x');
    await expect.poll(() => frames.length).toBe(2);
    expect(client.readyState).toBe(WebSocket.OPEN);
  });
});

describe('@connections', () => {
  test('posts, describes and closes', async () => {
    app = await start();
    const { client, frames, connectionId } = await open();
    expect(await app.manage('POST', connectionId, 'hi')).toMatchObject({ status: 200, body: '' });
    await expect.poll(() => frames).toEqual(['hi']);
    const described = JSON.parse((await app.manage('GET', connectionId)).body);
    expect(Object.keys(described)).toEqual(['connectedAt', 'identity', 'lastActiveAt']);
    const closed = closeOf(client);
    expect(await app.manage('DELETE', connectionId)).toMatchObject({ status: 204 });
    expect(await app.manage('POST', connectionId, 'late')).toMatchObject({ status: 410 });
    await closed;
    await expect.poll(() => eventsOf('Disconnect').length).toBe(1);
  });

  test.each([
    ['a connection that never was', 'PbTkjcISoAMCJNQ=', 'v1', '', 410, 'GoneException'],
    ['an id that is none', 'x', 'v1', '', 400, 'BadRequestException'],
    ['another stage', 'PbTkjcISoAMCJNQ=', 'v2', '', 403, 'ForbiddenException'],
  ])('refuses %s', async (_sentence, id, stage, body, status, name) => {
    app = await start();
    const refused = { status, headers: { 'x-amzn-errortype': name } };
    expect(await app.manage('POST', id, body, stage)).toMatchObject(refused);
  });

  test.each(['POST', 'GET', 'DELETE'])('needs a grant of its own for each method: %s', async (method) => {
    app = await start();
    const resource = `arn:aws:execute-api:us-east-1:000000000000:abcdefghij/v1/${method}/@connections/PbTkjcISoAMCJNQ=`;
    const needs = [{ action: 'execute-api:ManageConnections', resources: [resource] }];
    expect(app.needs(method, 'PbTkjcISoAMCJNQ=')).toEqual(needs);
  });

  test('answers what IAM refuses with a 403', async () => {
    app = await start();
    const refusal = new AwsError(400, 'AccessDeniedException', 'User: … is not authorized');
    const headers = { 'x-amzn-errortype': 'AccessDeniedException' };
    expect(app.refuse(refusal)).toMatchObject({ status: 403, headers });
  });

  test('refuses what is longer than 128 KB', async () => {
    app = await start();
    const { connectionId } = await open();
    const refused = { status: 413, headers: { 'x-amzn-errortype': 'PayloadTooLargeException' } };
    expect(await app.manage('POST', connectionId, 'x'.repeat(128 * 1024 + 1))).toMatchObject(refused);
  });

  test('refuses to post to a client that does not read', async () => {
    app = await start();
    const { client, connectionId } = await open();
    client.pause();
    const answers: (string | undefined)[] = [];
    // The operating system keeps some megabytes before the gateway has to.
    for (let posts = 0; posts < 300 && !answers.at(-1); posts += 1) {
      answers.push((await app.manage('POST', connectionId, 'x'.repeat(120 * 1024))).headers?.['x-amzn-errortype']);
    }
    expect(answers.at(-1)).toBe('LimitExceededException');
    client.resume();
  });
});
