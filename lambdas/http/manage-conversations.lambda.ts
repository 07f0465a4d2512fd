import {
  ConversationParamsSchema,
  CreateConversationSchema,
  FindChannelsSchema,
  ListConversationsSchema,
  PatchConversationSchema,
} from '../../contract/conversation.ts';
import { closeConversation } from '../app/close-conversation.ts';
import { createConversation } from '../app/create-conversation.ts';
import { findByContext } from '../app/find-by-context.ts';
import { findChannels } from '../app/find-channels.ts';
import { joinChannel } from '../app/join-channel.ts';
import { listConversations } from '../app/list-conversations.ts';
import { showConversation } from '../app/show-conversation.ts';
import { updateConversation } from '../app/update-conversation.ts';
import { channelStore } from '../data/channel-store.ts';
import { openTable } from '../data/client.ts';
import { conversationStore } from '../data/conversation-store.ts';
import { headStore } from '../data/head-store.ts';
import { memberStore } from '../data/member-store.ts';
import { membershipStore } from '../data/membership-store.ts';
import { surroundingsStore } from '../data/surroundings-store.ts';
import { httpHandler, route } from '../edge/http-handler.ts';
import { costs } from '../edge/rules.ts';
import { systemClock as clock } from '../runtime/clock.ts';
import { environment } from '../runtime/environment.ts';
import { digest, systemRandomness as randomness } from '../runtime/randomness.ts';
import { edgeRules } from '../wiring/edge-rules.ts';

const { TABLE_NAME, MEMBERS_PER_GROUP } = environment('TABLE_NAME', 'MEMBERS_PER_GROUP');
const table = openTable(TABLE_NAME);
const members = membershipStore(table);
const shared = {
  conversations: conversationStore(table),
  heads: headStore(table),
  surroundings: surroundingsStore(table),
  clock,
  digest,
};
const create = createConversation({ ...shared, members, randomness, membersPerGroup: Number(MEMBERS_PER_GROUP) });
const list = listConversations({ ...shared, members: memberStore(table) });
const find = findByContext(shared);
const show = showConversation(shared);
const update = updateConversation(shared);
const close = closeConversation(shared);
const search = findChannels({ channels: channelStore(table) });
const join = joinChannel({ ...shared, members });

const postConversation = route(
  { operation: 'create the conversation', body: CreateConversationSchema, cost: costs.heavy },
  async (principal, { body }) => {
    const { conversation, isNew } = await create(principal, body);
    return { status: isNew ? 201 : 200, body: { conversation } };
  },
);

const getConversations = route(
  { operation: 'list the conversations', query: ListConversationsSchema, cost: costs.heavy },
  async (principal, { query: { contextType: type, contextId: id, ...page } }) => ({
    status: 200,
    body: type && id ? await find(principal, { type, id }) : await list(principal.userId, page),
  }),
);

const getConversation = route(
  { operation: 'show the conversation', params: ConversationParamsSchema },
  async (principal, { params }) => ({
    status: 200,
    body: { conversation: await show(principal, params.conversationId) },
  }),
);

const patchConversation = route(
  { operation: 'update the conversation', params: ConversationParamsSchema, body: PatchConversationSchema },
  async (principal, { params, body }) => ({
    status: 200,
    body: { conversation: await update(principal, params.conversationId, body) },
  }),
);

const deleteConversation = route(
  { operation: 'close the conversation', params: ConversationParamsSchema },
  async (principal, { params }) => {
    await close(principal, params.conversationId);
    return { status: 204 };
  },
);

const getChannels = route(
  { operation: 'find channels', query: FindChannelsSchema, cost: costs.heavy },
  async (_, { query }) => ({
    status: 200,
    body: await search(query),
  }),
);

const postJoin = route(
  { operation: 'join the channel', params: ConversationParamsSchema },
  async (principal, { params }) => ({
    status: 200,
    body: { conversation: await join(principal, params.conversationId) },
  }),
);

export const handler = httpHandler(
  {
    'POST /v1/conversations': postConversation,
    'GET /v1/conversations': getConversations,
    'GET /v1/conversations/{conversationId}': getConversation,
    'PATCH /v1/conversations/{conversationId}': patchConversation,
    'DELETE /v1/conversations/{conversationId}': deleteConversation,
    'GET /v1/channels': getChannels,
    'POST /v1/conversations/{conversationId}/join': postJoin,
  },
  edgeRules(table),
);
