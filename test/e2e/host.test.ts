import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ClientOptions, WebSocket } from 'ws';
import { advanceClock } from '../helpers/client-local.ts';
import { startHost, type TestHost } from '../helpers/host.ts';

let host: TestHost;

beforeAll(async () => {
  host = await startHost();
});

afterAll(async () => {
  await host.stop();
});

async function call(method: string, path: string, token?: string, body?: unknown) {
  const headers = { ...(token && { authorization: `Bearer ${token}` }), 'content-type': 'application/json' };
  const response = await fetch(host.httpUrl + path, {
    method,
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text ? JSON.parse(text) : undefined };
}

async function open(token: string, options: ClientOptions = {}) {
  const client = new WebSocket(host.webSocketUrl, ['chat.v1', `bearer.${token}`], options);
  const frames: { [key: string]: unknown }[] = [];
  client.on('message', (data) => frames.push(JSON.parse(data.toString())));
  await once(client, 'open');
  return { client, frames };
}

async function handshakeStatus(options: ClientOptions, protocols: string[] = []): Promise<number | undefined> {
  const client = new WebSocket(host.webSocketUrl, protocols, options);
  const [request, response] = await once(client, 'unexpected-response');
  request.destroy();
  return response.statusCode;
}

/** What the host answers to bytes that no HTTP client would send. */
async function rawStatus(head: string): Promise<string> {
  const socket = connect(host.port, '127.0.0.1');
  socket.write(`${head}\r\nConnection: close\r\n\r\n`);
  let answer = '';
  for await (const chunk of socket) answer += chunk;
  return answer.split(' ')[1] ?? '';
}

describe('what runs', () => {
  test('says that it is ready', async () => {
    expect(await call('GET', '/_local/health')).toMatchObject({ status: 200, body: { status: 'ok', connections: 0 } });
  });

  test('says at its root what is where', async () => {
    expect(await (await fetch(host.httpUrl)).text()).toMatch(/\/ws/);
  });

  test('answers an unknown control route with those that exist', async () => {
    const { status, body } = await call('GET', '/_local/nothing');
    expect(status).toBe(404);
    expect(body.routes).toContain('POST /_local/token');
  });

  test('lets a message travel from one client to another, and bills for it', async () => {
    const [erin, finn] = [await host.token('erin'), await host.token('finn')];
    const [sender, receiver] = [await open(erin), await open(finn)];
    // In a direct one they would hear of each other's presence and receipts as well.
    const made = await call('POST', '/v1/conversations', erin, { type: 'group', title: 'Two', memberIds: ['finn'] });
    const { id } = made.body.conversation;
    for (const { frames } of [sender, receiver]) {
      await expect
        .poll(() => frames, { timeout: 10_000 })
        .toMatchObject([{ events: [{ type: 'conversation.created' }] }]);
      frames.length = 0;
    }
    await call('DELETE', '/_local/meter');
    const data = { conversationId: id, clientMessageId: 'one', text: 'hello' };
    sender.client.send(JSON.stringify({ action: 'message.send', id: 'r1', data }));
    await expect
      .poll(() => sender.frames, { timeout: 10_000 })
      .toMatchObject([{ reply: 'message.send', id: 'r1', ok: true }]);
    await expect
      .poll(() => receiver.frames, { timeout: 10_000 })
      .toMatchObject([{ events: [{ type: 'message.created', data: { message: { text: 'hello' } } }] }]);
    const { body: meter } = await call('GET', '/_local/meter');
    // Half a unit to know that its sender is not banned.
    expect(meter.dynamodb.byFunction.SendMessageFrame).toMatchObject({ readUnits: 0.5, writeUnits: 3 });
    expect(meter.lambda.SendMessageFrame).toMatchObject({ invocations: 1 });
    expect(meter.apiGateway).toMatchObject({ webSocketIn: 1, webSocketOut: 2 });
    for (const { client } of [sender, receiver]) client.close();
  });
});

describe('tokens', () => {
  test('that have expired are refused by both gateways', async () => {
    const token = await host.token('alice', { expiresInSeconds: -60 });
    expect(await call('GET', '/v1/conversations', token)).toMatchObject({ status: 401 });
    expect(await handshakeStatus({ headers: { authorization: `Bearer ${token}` } })).toBe(401);
  });

  test.each<[string, unknown, RegExp]>([
    ['no user', {}, /userId/],
    ['an empty user', { userId: '' }, /userId/],
    ['a field that is not known', { userId: 'a', admin: true }, /admin/],
    ['a lifetime that is no number', { userId: 'a', expiresInSeconds: 'x' }, /expiresInSeconds/],
  ])('are not issued for %s, and the answer says why', async (_sentence, body, message) => {
    const answer = await call('POST', '/_local/token', undefined, body);
    expect(answer).toMatchObject({ status: 400, body: { message: expect.stringMatching(message) } });
  });
});

describe('the clock', () => {
  test('is moved for the functions too: a token that was good expires', async () => {
    const token = await host.token('alice', { expiresInSeconds: 3600 });
    expect(await call('GET', '/v1/conversations', token)).toMatchObject({ status: 200 });
    const now = await advanceClock(host, 3700);
    expect(await call('GET', '/v1/conversations', token)).toMatchObject({ status: 401 });
    const fresh = await host.token('alice');
    const made = await call('POST', '/v1/conversations', fresh, { type: 'direct', userId: 'dora' });
    expect(Math.abs(Date.parse(made.body.conversation.createdAt) - now.getTime())).toBeLessThan(10_000);
  });
});

describe('strangers', () => {
  test.each([
    ['a rebound name', 'GET /_local/health HTTP/1.1\r\nHost: evil.test'],
    ['no host', 'GET /_local/health HTTP/1.0'],
    [
      'a foreign page',
      () => `GET /_local/health HTTP/1.1\r\nHost: localhost:${host.port}\r\nOrigin: https://evil.test`,
    ],
  ])('are refused: %s', async (_sentence, head) => {
    expect(await rawStatus(typeof head === 'string' ? head : head())).toBe('403');
  });

  test.each<[string, ClientOptions]>([
    ['a rebound name', { headers: { host: 'evil.test' } }],
    ['a foreign page', { origin: 'https://evil.test' }],
    ['a page in a sandbox', { origin: 'null' }],
  ])('are refused a WebSocket: %s', async (_sentence, options) => {
    const authorization = `Bearer ${await host.token('alice')}`;
    expect(await handshakeStatus({ ...options, headers: { ...options.headers, authorization } })).toBe(403);
  });

  test('from its own origin are none', async () => {
    const { client } = await open(await host.token('alice'), { origin: host.httpUrl });
    expect(client.protocol).toBe('chat.v1');
    client.close();
  });
});

describe('faults', () => {
  test('strike the function that they name, and its worker can be made to crash', async () => {
    const rule = { service: 'dynamodb', operation: 'Query', function: 'ManageConversations', error: 'crash' };
    const token = await host.token('alice');
    expect(await call('POST', '/_local/faults', undefined, rule)).toMatchObject({ status: 204 });
    expect(await call('GET', '/v1/conversations', token)).toMatchObject({ status: 500 });
    expect(await call('GET', '/v1/conversations', token)).toMatchObject({ status: 200 });
    expect(host.output()).toMatch(/ManageConversations: Runtime.ExitError/);
  });

  test('for a function that does not exist are refused by name', async () => {
    const rule = { service: 'dynamodb', operation: 'Query', function: 'Nobody', error: 'timeout' };
    expect(await call('POST', '/_local/faults', undefined, rule)).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining('Nobody') },
    });
  });
});

describe('a start', () => {
  test('with a taken port ends with one sentence that names another', async () => {
    await expect(startHost({ port: host.port })).rejects.toThrow(
      `the host ended with 1: port ${host.port} is in use; stop what uses it, or choose another with PORT=${host.port + 1} npm start\n`,
    );
  });

  test('on the data folder of another host ends with one sentence that names the fix', async () => {
    await expect(startHost({ dataFolder: host.dataFolder })).rejects.toThrow(
      `the host ended with 1: another local host uses ${host.dataFolder}; stop it, or set PARLEY_DATA to another folder\n`,
    );
  });

  test('after kill -9 finds everything that was answered, and a stop ends with 0', async () => {
    const dataFolder = mkdtempSync(join(tmpdir(), 'parley-host-'));
    const first = await startHost({ dataFolder });
    const token = await first.token('alice');
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const made = await fetch(`${first.httpUrl}/v1/conversations`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ type: 'direct', userId: 'bob' }),
    });
    expect(made.status).toBe(201);
    await first.kill();
    const second = await startHost({ dataFolder });
    const listed = await fetch(`${second.httpUrl}/v1/conversations`, { headers });
    expect(await listed.json()).toMatchObject({ conversations: [{ type: 'direct' }] });
    expect(await second.stop()).toBe(0);
  });
});
