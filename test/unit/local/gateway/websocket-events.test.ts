import { describe, expect, test } from 'vitest';
import {
  authorizerEvent,
  connectEvent,
  disconnectEvent,
  messageEvent,
} from '../../../../local/websocket/websocket-events.ts';
import { gatewayErrorFrame, routeKeyOf } from '../../../../local/websocket/websocket-routing.ts';

const api = {
  id: 'abcdefghij',
  stage: 'v1',
  domainName: 'abcdefghij.execute-api.us-east-1.amazonaws.com',
  arn: 'arn:aws:execute-api:us-east-1:000000000000:abcdefghij/v1',
  routeKeyPath: ['action'],
  routes: new Map(),
};
const connection = {
  connectionId: 'PbTkjcISoAMCJNQ=',
  connectedAt: Date.UTC(2021, 5, 25, 3, 3, 20),
  sourceIp: '127.0.0.1',
  userAgent: 'wscat',
};
const admitted = { ...connection, authorizer: { principalId: 'alice', integrationLatency: 3, scope: 'chat' } };
const now = { requestId: 'dRm8Fdm0vHcCFAA=', at: Date.UTC(2021, 5, 25, 3, 3, 25) };
const handshake = { rawHeaders: ['Host', 'h', 'X-A', '1', 'X-A', '2'], query: new URLSearchParams('token=t&t=1&t=2') };

const context = {
  routeKey: '$connect',
  eventType: 'CONNECT',
  extendedRequestId: now.requestId,
  requestTime: '25/Jun/2021:03:03:25 +0000',
  messageDirection: 'IN',
  stage: 'v1',
  connectedAt: connection.connectedAt,
  requestTimeEpoch: now.at,
  identity: { sourceIp: '127.0.0.1', userAgent: 'wscat' },
  requestId: now.requestId,
  domainName: api.domainName,
  connectionId: connection.connectionId,
  apiId: 'abcdefghij',
};
const handshakeFields = {
  headers: { Host: 'h', 'X-A': '2' },
  multiValueHeaders: { Host: ['h'], 'X-A': ['1', '2'] },
  queryStringParameters: { token: 't', t: '2' },
  multiValueQueryStringParameters: { token: ['t'], t: ['1', '2'] },
};

describe('events', () => {
  test('the authorizer gets the method and the handshake, and knows no caller yet', () => {
    expect(authorizerEvent(api, connection, now, handshake)).toEqual({
      type: 'REQUEST',
      methodArn: `${api.arn}/$connect`,
      ...handshakeFields,
      requestContext: context,
    });
  });

  test('$connect gets the handshake and what the authorizer said', () => {
    expect(connectEvent(api, admitted, now, handshake)).toEqual({
      ...handshakeFields,
      requestContext: { ...context, authorizer: admitted.authorizer },
      isBase64Encoded: false,
    });
  });

  test('without a query its fields are absent, not null', () => {
    const event = connectEvent(api, connection, now, { ...handshake, query: new URLSearchParams() });
    expect(Object.keys(event)).toEqual(['headers', 'multiValueHeaders', 'requestContext', 'isBase64Encoded']);
  });

  test('a message has no headers, and carries its own id', () => {
    const frame = { routeKey: 'message.send', messageId: 'cR_8Fdm0vHcCFAB=', body: '{}' };
    expect(messageEvent(api, admitted, now, frame)).toEqual({
      requestContext: {
        ...context,
        routeKey: 'message.send',
        eventType: 'MESSAGE',
        messageId: frame.messageId,
        authorizer: admitted.authorizer,
      },
      body: '{}',
      isBase64Encoded: false,
    });
  });

  test('$disconnect gets four headers and how the connection ended', () => {
    const headers = { Host: api.domainName, 'x-api-key': '', 'X-Forwarded-For': '', 'x-restapi': '' };
    expect(disconnectEvent(api, connection, now, { code: 1001, reason: 'Going away' })).toEqual({
      headers,
      multiValueHeaders: { Host: [api.domainName], 'x-api-key': [''], 'X-Forwarded-For': [''], 'x-restapi': [''] },
      requestContext: {
        ...context,
        routeKey: '$disconnect',
        eventType: 'DISCONNECT',
        disconnectStatusCode: 1001,
        disconnectReason: 'Going away',
      },
      isBase64Encoded: false,
    });
  });
});

describe('routing', () => {
  test.each([
    ['an action is its route key', '{"action":"message.send"}', 'message.send'],
    ['a number is turned into a text', '{"action":7}', '7'],
    ['no JSON goes to $default', 'hello', '$default'],
    ['no action goes to $default', '{}', '$default'],
    ['an action that is no text goes to $default', '{"action":{}}', '$default'],
    ['a list goes to $default', '[1]', '$default'],
    ['null goes to $default', 'null', '$default'],
    ['a client cannot call $connect', '{"action":"$connect"}', '$default'],
    ['what every object has is no action', '{"__proto__":{"action":"x"}}', '$default'],
  ])('%s', (_sentence, body, expected) => {
    expect(routeKeyOf(body, ['action'])).toBe(expected);
  });

  test("the gateway's own frames have AWS's spacing", () => {
    expect(gatewayErrorFrame('Forbidden', 'c=', 'r=')).toBe(
      '{"message": "Forbidden", "connectionId":"c=", "requestId":"r="}',
    );
  });
});
