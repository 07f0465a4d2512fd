import { PageSchema } from '../../contract/common.ts';
import { ConversationParamsSchema, CreateConversationSchema } from '../../contract/conversation.ts';
import { createConversation } from '../app/create-conversation.ts';
import { listConversations } from '../app/list-conversations.ts';
import { showConversation } from '../app/show-conversation.ts';
import { openTable } from '../data/client.ts';
import { conversationStore } from '../data/conversation-store.ts';
import { memberStore } from '../data/member-store.ts';
import { httpHandler, route } from '../edge/http-handler.ts';
import { systemClock as clock } from '../runtime/clock.ts';
import { environment } from '../runtime/environment.ts';
import { digest, systemRandomness as randomness } from '../runtime/randomness.ts';

const { TABLE_NAME, MEMBERS_PER_GROUP } = environment('TABLE_NAME', 'MEMBERS_PER_GROUP');
const table = openTable(TABLE_NAME);
const conversations = conversationStore(table);
const create = createConversation({
  conversations,
  clock,
  randomness,
  digest,
  membersPerGroup: Number(MEMBERS_PER_GROUP),
});
const list = listConversations({ members: memberStore(table), conversations });
const show = showConversation({ conversations });

const postConversation = route(
  { operation: 'create the conversation', body: CreateConversationSchema },
  async ({ userId }, { body }) => {
    const { conversation, isNew } = await create(userId, body);
    return { status: isNew ? 201 : 200, body: { conversation } };
  },
);

const getConversations = route(
  { operation: 'list the conversations', query: PageSchema },
  async ({ userId }, { query }) => ({ status: 200, body: await list(userId, query) }),
);

const getConversation = route(
  { operation: 'show the conversation', params: ConversationParamsSchema },
  async ({ userId }, { params }) => ({
    status: 200,
    body: { conversation: await show(userId, params.conversationId) },
  }),
);

export const handler = httpHandler(
  {
    'POST /v1/conversations': postConversation,
    'GET /v1/conversations': getConversations,
    'GET /v1/conversations/{conversationId}': getConversation,
  },
  clock,
);
