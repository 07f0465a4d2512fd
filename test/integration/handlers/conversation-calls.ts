import type { ChannelPage, ConversationPage, ConversationSummary } from '../../../contract/conversation.ts';
import type { Member, MemberPage, Preferences, Role } from '../../../contract/member.ts';
import { changeFrom } from '../../../lambdas/data/images.ts';
import { headKey } from '../../../lambdas/data/keys.ts';
import { announcementOf } from '../../../lambdas/domain/change.ts';
import type { HttpRequest } from '../../helpers/events.ts';
import { ask } from './answers.ts';
import type { Backend } from './backend.ts';

/** Who calls: a user, or a backend of the deployer's. */
export type Caller = string | { service: string };

type One = { conversation: ConversationSummary };

const farAway = String(Date.UTC(2100, 0, 1));
const authorizerFor = (caller: Caller) =>
  typeof caller === 'string'
    ? { userId: caller, scope: '', expiresAt: farAway }
    : { userId: caller.service, scope: 'chat:service', expiresAt: farAway };

const route = '/v1/conversations/{conversationId}';

/** What can be done to conversations and their members, through the exported handlers. */
export async function conversationCalls({ database }: Backend) {
  const conversations = (await import('../../../lambdas/http/manage-conversations.lambda.ts')).handler;
  const members = (await import('../../../lambdas/http/manage-members.lambda.ts')).handler;

  const callerOf =
    (handler: typeof conversations) =>
    <Body>(caller: Caller, routeKey: string, request: HttpRequest = {}) =>
      ask<Body>(handler, routeKey, { ...request, authorizer: authorizerFor(caller) });
  const [askOne, askMembers] = [callerOf(conversations), callerOf(members)];

  return {
    create: (caller: Caller, body: object) => askOne<One>(caller, 'POST /v1/conversations', { body }),
    list: (caller: Caller, query: Record<string, string> = {}) =>
      askOne<ConversationPage>(caller, 'GET /v1/conversations', { query }),
    channels: (caller: Caller, query: Record<string, string> = {}) =>
      askOne<ChannelPage>(caller, 'GET /v1/channels', { query }),
    show: (caller: Caller, conversationId: string) =>
      askOne<One>(caller, `GET ${route}`, { params: { conversationId } }),
    update: (caller: Caller, conversationId: string, body: object) =>
      askOne<One>(caller, `PATCH ${route}`, { params: { conversationId }, body }),
    close: (caller: Caller, conversationId: string) =>
      askOne<object>(caller, `DELETE ${route}`, { params: { conversationId } }),
    join: (caller: Caller, conversationId: string) =>
      askOne<One>(caller, `POST ${route}/join`, { params: { conversationId } }),
    members: (caller: Caller, conversationId: string, query: Record<string, string> = {}) =>
      askMembers<MemberPage>(caller, `GET ${route}/members`, { params: { conversationId }, query }),
    add: (caller: Caller, conversationId: string, ...userIds: string[]) =>
      askMembers<{ members: Member[] }>(caller, `POST ${route}/members`, {
        params: { conversationId },
        body: { userIds },
      }),
    set: (caller: Caller, conversationId: string, ...userIds: string[]) =>
      askMembers<{ members: Member[] }>(caller, `PUT ${route}/members`, {
        params: { conversationId },
        body: { userIds },
      }),
    changeRole: (caller: Caller, conversationId: string, userId: string, role: Role) =>
      askMembers<{ member: Member }>(caller, `PATCH ${route}/members/{userId}`, {
        params: { conversationId, userId },
        body: { role },
      }),
    remove: (caller: Caller, conversationId: string, userId: string) =>
      askMembers<object>(caller, `DELETE ${route}/members/{userId}`, { params: { conversationId, userId } }),
    prefer: (caller: Caller, conversationId: string, body: object) =>
      askMembers<{ preferences: Preferences }>(caller, `PATCH ${route}/preferences`, {
        params: { conversationId },
        body,
      }),
    /** What the last write to the head announces. */
    announced: async (conversationId: string) =>
      announcementOf(changeFrom(await database.imageOf(headKey(conversationId)))),
    headOf: (conversationId: string) => database.itemOf(headKey(conversationId)),
  };
}
export type ConversationCalls = Awaited<ReturnType<typeof conversationCalls>>;
