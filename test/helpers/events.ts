import type { APIGatewayRequestAuthorizerEventV2, Context, DynamoDBStreamEvent, SQSEvent } from 'aws-lambda';
import { vi } from 'vitest';
import type { HttpEvent, HttpResponse } from '../../lambdas/edge/http-handler.ts';
import type {
  AuthorizerEvent,
  ConnectEvent,
  DisconnectEvent,
  FrameEvent,
} from '../../lambdas/edge/websocket-events.ts';

/** What Lambda hands a handler beside the event. */
export const context: Context = {
  callbackWaitsForEmptyEventLoop: false,
  functionName: 'test',
  functionVersion: '$LATEST',
  invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:test',
  memoryLimitInMB: '256',
  awsRequestId: 'invocation-1',
  logGroupName: '/test',
  logStreamName: 'test',
  // More than any function has: a hundred of them share one process here, and none is to be cut short by the others.
  getRemainingTimeInMillis: () => 300_000,
  done: () => undefined,
  fail: () => undefined,
  succeed: () => undefined,
};

const farAway = String(Date.UTC(2100, 0, 1));

/** What our authorizers say of a good token. */
export const authorized = (userId: string, expiresAt = farAway) => ({ userId, scope: '', expiresAt });

interface Caller {
  userId?: string;
  connectionId?: string;
  expiresAt?: string;
  /** When API Gateway began its handshake; long ago, unless said otherwise. */
  connectedAt?: number;
}

const connectionContext = (
  routeKey: string,
  { userId = 'ann', connectionId = 'c-1', expiresAt, connectedAt = 0 }: Caller,
) => ({
  connectionId,
  connectedAt,
  routeKey,
  requestId: 'request-1',
  authorizer: authorized(userId, expiresAt),
});

/** A frame as text, or as anything that is sent as JSON. */
export const frameEvent = (frame: unknown, caller: Caller = {}): FrameEvent => ({
  body: typeof frame === 'string' ? frame : JSON.stringify(frame),
  requestContext: connectionContext('message.send', caller),
});

export const connectEvent = (caller: Caller = {}, headers: Record<string, string> = {}): ConnectEvent => ({
  headers,
  requestContext: connectionContext('$connect', caller),
});

export const disconnectEvent = (caller: Caller = {}): DisconnectEvent => ({
  requestContext: connectionContext('$disconnect', caller),
});

export const authorizerEvent = (
  headers: Record<string, string>,
  query: Record<string, string> = {},
): AuthorizerEvent => ({
  methodArn: 'arn:aws:execute-api:us-east-1:000000000000:api/v1/$connect',
  headers,
  queryStringParameters: query,
  requestContext: { connectionId: 'c-1', connectedAt: 0, routeKey: '$connect', requestId: 'request-1' },
});

export interface HttpRequest {
  userId?: string;
  params?: Record<string, string>;
  query?: Record<string, string>;
  /** Sent as JSON, unless it is text. */
  body?: unknown;
  isBase64?: boolean;
  /** In place of what the authorizer says of `userId`. */
  authorizer?: Record<string, unknown> | null;
}

/** A request to an HTTP API, payload 2.0, as the function behind the authorizer gets it. */
export function httpEvent(routeKey: string, request: HttpRequest = {}): HttpEvent {
  const [method = 'GET', path = '/'] = routeKey.split(' ');
  const body =
    request.body === undefined || typeof request.body === 'string' ? request.body : JSON.stringify(request.body);
  return {
    version: '2.0',
    routeKey,
    rawPath: path,
    rawQueryString: '',
    headers: { 'content-type': 'application/json' },
    isBase64Encoded: request.isBase64 ?? false,
    ...(body !== undefined && { body }),
    ...(request.params && { pathParameters: request.params }),
    ...(request.query && { queryStringParameters: request.query }),
    requestContext: {
      accountId: '000000000000',
      apiId: 'api',
      domainName: 'api.execute-api.us-east-1.amazonaws.com',
      domainPrefix: 'api',
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'test' },
      requestId: 'request-1',
      routeKey,
      stage: '$default',
      time: '01/Jan/2026:00:00:00 +0000',
      timeEpoch: 0,
      authorizer: {
        lambda: request.authorizer === undefined ? authorized(request.userId ?? 'ann') : request.authorizer,
      },
    },
  };
}

/** The same request as the authorizer in front of it gets it. */
export function requestAuthorizerEvent(headers: Record<string, string>): APIGatewayRequestAuthorizerEventV2 {
  const { requestContext, rawPath, rawQueryString, routeKey } = httpEvent('GET /v1/conversations');
  return {
    version: '2.0',
    type: 'REQUEST',
    routeArn: 'arn:aws:execute-api:us-east-1:000000000000:api/$default/GET/v1/conversations',
    identitySource: [],
    routeKey,
    rawPath,
    rawQueryString,
    cookies: [],
    headers,
    requestContext,
  };
}

/** The bodies as they lie in a queue; text stays as it is. Message ids are `message-0`, `message-1` … */
export const queueEvent = (...bodies: unknown[]): SQSEvent => ({
  Records: bodies.map((body, position) => ({
    messageId: `message-${position}`,
    receiptHandle: `receipt-${position}`,
    body: typeof body === 'string' ? body : JSON.stringify(body),
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: '0',
      SenderId: 'sender',
      ApproximateFirstReceiveTimestamp: '0',
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:queue',
    awsRegion: 'us-east-1',
  })),
});

type Image = NonNullable<NonNullable<DynamoDBStreamEvent['Records'][number]['dynamodb']>['NewImage']>;

/** One record for each image, numbered `100`, `101` … */
export const streamEvent = (...images: Image[]): DynamoDBStreamEvent => ({
  Records: images.map((NewImage, position) => ({
    eventID: `event-${position}`,
    eventName: 'INSERT',
    eventSource: 'aws:dynamodb',
    dynamodb: { SequenceNumber: String(100 + position), NewImage, StreamViewType: 'NEW_AND_OLD_IMAGES' },
  })),
});

/** A response's status and its body, read as JSON. */
export function answerIn(response: HttpResponse | undefined): { status: number | undefined; body: unknown } {
  return { status: response?.statusCode, body: response?.body === undefined ? undefined : JSON.parse(response.body) };
}

/** Everything that is written to standard output and standard error from now on, in place of being shown. */
export function captureOutput() {
  const written: string[] = [];
  const keep = (chunk: string | Uint8Array) => {
    written.push(String(chunk));
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(keep);
  vi.spyOn(process.stderr, 'write').mockImplementation(keep);
  return {
    text: () => written.join(''),
    /** The log's lines, each of them JSON. */
    lines: (): Record<string, unknown>[] =>
      written.flatMap((chunk) => chunk.trim().split('\n')).map((line) => JSON.parse(line)),
  };
}
