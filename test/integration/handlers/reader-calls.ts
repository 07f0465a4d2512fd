import type { Reply } from '../../../contract/frame.ts';
import type { Message } from '../../../contract/message.ts';
import type { MovedWatermark, ReceiptList } from '../../../contract/receipt.ts';
import type { SyncAnswer, SyncCursor, Synced } from '../../../contract/sync.ts';
import type { Block, BlockPage, User } from '../../../contract/user.ts';
import { authorized, context, frameEvent, type HttpRequest } from '../../helpers/events.ts';
import { ask } from './answers.ts';

const conversation = '/v1/conversations/{conversationId}';

/** What a reader can do, by the exported handlers, over a backend that runs. */
export async function readerCalls() {
  const handlers = {
    receipts: (await import('../../../lambdas/http/manage-receipts.lambda.ts')).handler,
    sync: (await import('../../../lambdas/http/sync.lambda.ts')).handler,
    profile: (await import('../../../lambdas/http/manage-profile.lambda.ts')).handler,
    messages: (await import('../../../lambdas/http/manage-messages.lambda.ts')).handler,
    members: (await import('../../../lambdas/http/manage-members.lambda.ts')).handler,
  };
  const watermarkFrame = (await import('../../../lambdas/websocket/move-watermark.lambda.ts')).handler;
  const syncFrame = (await import('../../../lambdas/websocket/sync.lambda.ts')).handler;

  const askAt = <Body>(by: keyof typeof handlers, routeKey: string, request: HttpRequest) =>
    ask<Body>(handlers[by], routeKey, request);
  const reply = async (handler: typeof syncFrame, userId: string, action: string, data: object) => {
    const { body = 'null' } = await handler(frameEvent({ action, id: '1', data }, { userId }), context);
    return { bytes: Buffer.byteLength(body), reply: JSON.parse(body) as Reply };
  };
  const onMessage = (userId: string, method: string, messageId: string, request: HttpRequest = {}) =>
    askAt<{ message: Message }>('messages', `${method} /v1/messages/{messageId}`, {
      userId,
      ...request,
      params: { messageId },
    });

  return {
    move: (userId: string, kind: 'read' | 'delivered', conversationId: string, seq?: number) =>
      askAt<MovedWatermark>('receipts', `POST ${conversation}/${kind}`, {
        userId,
        params: { conversationId },
        ...(seq !== undefined && { body: { seq } }),
      }),
    receipts: (userId: string, conversationId: string) =>
      askAt<ReceiptList>('receipts', `GET ${conversation}/receipts`, { userId, params: { conversationId } }),
    moveByFrame: (userId: string, action: 'receipt.read' | 'receipt.delivered', data: object) =>
      reply(watermarkFrame, userId, action, data),
    sync: (userId: string, body: object) => askAt<SyncAnswer>('sync', 'POST /v1/sync', { userId, body }),
    syncByFrame: (userId: string, data: object) => reply(syncFrame, userId, 'sync', data),
    edit: (userId: string, messageId: string, text: string) =>
      onMessage(userId, 'PATCH', messageId, { body: { text } }),
    remove: (userId: string, messageId: string) => onMessage(userId, 'DELETE', messageId),
    leave: (userId: string, conversationId: string) =>
      askAt<object>('members', `DELETE ${conversation}/members/{userId}`, {
        userId,
        params: { conversationId, userId: 'me' },
      }),
    me: (userId: string, claims: Record<string, string> = {}) =>
      askAt<{ user: User }>('profile', 'GET /v1/users/me', { authorizer: { ...authorized(userId), ...claims } }),
    saveMe: (userId: string, body: object) => askAt<{ user: User }>('profile', 'PUT /v1/users/me', { userId, body }),
    user: (userId: string, other: string) =>
      askAt<{ user: User }>('profile', 'GET /v1/users/{userId}', { userId, params: { userId: other } }),
    block: (userId: string, other: string) =>
      askAt<{ block: Block }>('profile', 'PUT /v1/users/me/blocks/{userId}', { userId, params: { userId: other } }),
    unblock: (userId: string, other: string) =>
      askAt<object>('profile', 'DELETE /v1/users/me/blocks/{userId}', { userId, params: { userId: other } }),
    blocks: (userId: string, query: Record<string, string> = {}) =>
      askAt<BlockPage>('profile', 'GET /v1/users/me/blocks', { userId, query }),
  };
}
export type ReaderCalls = Awaited<ReturnType<typeof readerCalls>>;

/** What a client keeps, and how it catches up: page after page, until there is nothing more. */
export function syncingClient(ask: (body: object) => Promise<SyncAnswer>) {
  const cursors = new Map<string, SyncCursor>();
  let epoch: string | undefined;

  const keep = (answer: Synced) => {
    epoch = answer.epoch;
    for (const { conversationId, settledSeq, rev } of answer.conversations) {
      cursors.set(conversationId, { seq: settledSeq, rev });
    }
    for (const conversationId of answer.left) cursors.delete(conversationId);
    return answer.nextCursor !== undefined || answer.conversations.some(({ hasMore }) => hasMore);
  };
  return {
    cursors,
    async catchUp(): Promise<Synced[]> {
      const answers: Synced[] = [];
      let cursor: string | undefined;
      let goesOn = true;
      while (goesOn) {
        const answer = await ask({ ...(epoch && { epoch }), cursors: Object.fromEntries(cursors), cursor });
        if ('reset' in answer) throw new Error('the table is another one');
        answers.push(answer);
        goesOn = keep(answer);
        cursor = answer.nextCursor;
      }
      return answers;
    },
  };
}
