import type { SQSEvent } from 'aws-lambda';
import { vi } from 'vitest';
import type { ConversationPage, ConversationSummary } from '../../../contract/conversation.ts';
import type { Reply } from '../../../contract/frame.ts';
import type { Message, MessagePage } from '../../../contract/message.ts';
import type { NotificationSettings } from '../../../contract/notification.ts';
import { type ChatDatabase, type Image, startChatDatabase, withoutLimits } from '../../helpers/database.ts';
import {
  authorized,
  connectEvent,
  context,
  disconnectEvent,
  frameEvent,
  type HttpRequest,
  streamEvent,
} from '../../helpers/events.ts';
import { type HttpStandIn, httpStandIn, type StandInAnswer } from '../../helpers/http-stand-in.ts';
import { ask } from './answers.ts';

export interface Caller {
  userId: string;
  connectionId: string;
}

export const textOf = (clientMessageId: string, text = `text of ${clientMessageId}`) => ({ clientMessageId, text });

/** The exported handlers over a real database; `@connections` is a server that answers as the test says. No events, but to a bus that is given. */
export async function startBackend({ rates = withoutLimits, folder = ':memory:', busUrl = '' } = {}) {
  const database = await startChatDatabase(folder);
  const connections: { answers: Map<string, StandInAnswer> } = { answers: new Map() };
  const gateway = await httpStandIn(
    ({ path }) => connections.answers.get(connectionIdIn(path)) ?? { status: 200, body: '' },
  );
  vi.stubEnv('RATE_LIMITS', JSON.stringify(rates));
  if (busUrl) vi.stubEnv('EVENT_BUS', JSON.stringify({ url: busUrl, name: 'Parley-test', source: 'parley.test' }));
  vi.stubEnv('MEMBERS_PER_GROUP', '1000');
  vi.stubEnv('CONNECTS_PER_MINUTE', '20');
  vi.stubEnv('CONNECTIONS_PER_USER', '10');
  vi.stubEnv('CALLBACK_URL', `${gateway.url}/v1`);
  vi.stubEnv('NOTIFICATION_QUEUE_URL', 'https://sqs.us-east-1.amazonaws.com/000000000000/notifications');
  vi.stubEnv('RETRY_QUEUE_URL', 'https://sqs.us-east-1.amazonaws.com/000000000000/retries');
  vi.stubEnv('SLICE_QUEUE_URL', 'https://sqs.us-east-1.amazonaws.com/000000000000/slices.fifo');
  vi.stubEnv('PRESENCE_QUEUE_URL', 'https://sqs.us-east-1.amazonaws.com/000000000000/presence');
  vi.stubEnv('BUCKET_NAME', 'files');
  vi.stubEnv('BUCKET_URL', 'http://127.0.0.1:9');
  vi.stubEnv('PRESENCE_GRACE_SECONDS', '10');
  vi.stubEnv('PLATFORM_APPLICATIONS', JSON.stringify({ fcm: 'arn:aws:sns:us-east-1:000000000000:app/GCM/parley' }));
  vi.stubEnv('QUIET_HOURS', 'defer');
  vi.stubEnv('SMS_LIMITS', JSON.stringify({ perUserPerDay: 2, perDay: 1000 }));
  return {
    ...(await clientsOf()),
    ...(await backgroundOf()),
    ...recordsOf(gateway),
    database,
    connections,
    close: () => closeAll(database, gateway),
  };
}
export type Backend = Awaited<ReturnType<typeof startBackend>>;

async function closeAll(database: ChatDatabase, gateway: HttpStandIn): Promise<void> {
  await gateway.close();
  await database.close();
}

/** What clients can do. Imported late: a handler reads its environment when it is loaded. */
async function clientsOf() {
  const http = {
    conversations: (await import('../../../lambdas/http/manage-conversations.lambda.ts')).handler,
    send: (await import('../../../lambdas/http/send-message.lambda.ts')).handler,
    messages: (await import('../../../lambdas/http/manage-messages.lambda.ts')).handler,
    history: (await import('../../../lambdas/http/read-history.lambda.ts')).handler,
    devices: (await import('../../../lambdas/http/manage-devices.lambda.ts')).handler,
    notifications: (await import('../../../lambdas/http/manage-notifications.lambda.ts')).handler,
  };
  const sendFrame = (await import('../../../lambdas/websocket/send-message.lambda.ts')).handler;
  const changeFrame = (await import('../../../lambdas/websocket/change-message.lambda.ts')).handler;
  const connect = (await import('../../../lambdas/websocket/connect.lambda.ts')).handler;
  const disconnect = (await import('../../../lambdas/websocket/disconnect.lambda.ts')).handler;

  const askAt = <Body>(by: keyof typeof http, routeKey: string, request: HttpRequest) =>
    ask<Body>(http[by], routeKey, request);
  const messages = '/v1/conversations/{conversationId}/messages';
  const device = '/v1/users/me/devices/{deviceId}';

  return {
    create: (userId: string, body: object) =>
      askAt<{ conversation: ConversationSummary }>('conversations', 'POST /v1/conversations', { userId, body }),
    list: (userId: string, query: Record<string, string> = {}) =>
      askAt<ConversationPage>('conversations', 'GET /v1/conversations', { userId, query }),
    show: (userId: string, conversationId: string) =>
      askAt<{ conversation: ConversationSummary }>('conversations', 'GET /v1/conversations/{conversationId}', {
        userId,
        params: { conversationId },
      }),
    send: (caller: MessageCaller, conversationId: string, body: object) =>
      askAt<{ message: Message }>('send', `POST ${messages}`, {
        ...byCaller(caller),
        params: { conversationId },
        body,
      }),
    read: (userId: string, conversationId: string, query: Record<string, string> = {}) =>
      askAt<MessagePage>('history', `GET ${messages}`, { userId, params: { conversationId }, query }),
    devices: (userId: string) =>
      askAt<{ devices: { deviceId: string }[] }>('devices', 'GET /v1/users/me/devices', { userId }),
    register: (userId: string, deviceId: string, body: object) =>
      askAt<{ device: { deviceId: string } }>('devices', `PUT ${device}`, { userId, params: { deviceId }, body }),
    unregister: (userId: string, deviceId: string) =>
      askAt<object>('devices', `DELETE ${device}`, { userId, params: { deviceId } }),
    settings: (userId: string) =>
      askAt<{ notifications: NotificationSettings }>('notifications', 'GET /v1/users/me/notifications', { userId }),
    saveSettings: (userId: string, body: object, token: Record<string, string> = {}) =>
      askAt<{ notifications: NotificationSettings }>('notifications', 'PUT /v1/users/me/notifications', {
        authorizer: { ...authorized(userId), ...token },
        body,
      }),
    async sendFrame(caller: Caller, conversationId: string, message: object, id = '1'): Promise<Reply> {
      const frame = { action: 'message.send', id, data: { conversationId, ...message } };
      const { body = 'null' } = await sendFrame(frameEvent(frame, caller), context);
      return JSON.parse(body);
    },
    async changeByFrame(caller: Caller, action: string, data: object): Promise<Reply> {
      const { body = 'null' } = await changeFrame(frameEvent({ action, id: '1', data }, caller), context);
      return JSON.parse(body);
    },
    /** Anything that is done to a message: `PATCH`, `PUT /pin`, `PUT /reactions/{emoji}` … */
    onMessage: <Body = { message: Message }>(
      caller: MessageCaller,
      what: string,
      messageId: string,
      request: HttpRequest = {},
    ) => {
      const [method, below = ''] = what.split(' ');
      const params = { ...request.params, messageId };
      return askAt<Body>('messages', `${method} /v1/messages/{messageId}${below}`, {
        ...byCaller(caller),
        ...request,
        params,
      });
    },
    pins: (userId: string, conversationId: string) =>
      askAt<{ messages: Message[] }>('messages', 'GET /v1/conversations/{conversationId}/pins', {
        userId,
        params: { conversationId },
      }),
    connect: (caller: Caller) => connect(connectEvent(caller), context),
    disconnect: (caller: Caller) => disconnect(disconnectEvent(caller), context),
  };
}

/** A user's id; or a user with the scopes of their token. */
type MessageCaller = string | { userId: string; scope: string };

const byCaller = (caller: MessageCaller): HttpRequest =>
  typeof caller === 'string'
    ? { userId: caller }
    : { authorizer: { ...authorized(caller.userId), scope: caller.scope } };

/** What AWS starts. */
async function backgroundOf() {
  const fanOut = (await import('../../../lambdas/stream/fan-out.lambda.ts')).handler;
  const retry = (await import('../../../lambdas/queue/retry-frames.lambda.ts')).handler;
  const postSlice = (await import('../../../lambdas/queue/post-slice.lambda.ts')).handler;
  const notify = (await import('../../../lambdas/queue/notify.lambda.ts')).handler;
  const publishEvents = (await import('../../../lambdas/stream/publish-events.lambda.ts')).handler;
  return {
    fanOut: (...images: Image[]) => fanOut(streamEvent(...images), context),
    retry: (event: SQSEvent) => retry(event, context),
    postSlice: (event: SQSEvent) => postSlice(event, context),
    notify: (event: SQSEvent) => notify(event, context),
    publishEvents: (...images: Image[]) => publishEvents(streamEvent(...images), context),
  };
}

/** What went out to connections. */
const recordsOf = ({ requests }: HttpStandIn) => {
  const postsWhere = (isWanted: (connectionId: string) => boolean) =>
    requests
      .map(({ path, ...request }) => ({ ...request, connectionId: connectionIdIn(path) }))
      .filter(({ method, connectionId }) => method === 'POST' && isWanted(connectionId));
  return {
    /** Every frame, in the order in which they were posted. */
    posts: () => postsWhere(() => true).map(({ connectionId, body }) => ({ connectionId, ...eventsOf(body) })),
    postsTo: (connectionId: string) => postsWhere((id) => id === connectionId).map(({ body }) => eventsOf(body)),
    /** What was done to a connection, in order: POST, and DELETE. */
    doneTo: (connectionId: string): string[] =>
      requests.filter(({ path }) => connectionIdIn(path) === connectionId).map(({ method }) => method),
  };
};

/** What most tests look at of events: a message. */
interface EventsSeen {
  events: { type: string; data: { message: Message } }[];
}

const eventsOf = (body: string): EventsSeen => JSON.parse(body);

const connectionIdIn = (path: string) => decodeURIComponent(path.split('/').at(-1) ?? '');
