import { SearchMessagesSchema } from '../../contract/search.ts';
import { searchMessages } from '../app/search-messages.ts';
import { openTable } from '../data/client.ts';
import { conversationStore } from '../data/conversation-store.ts';
import { memberStore } from '../data/member-store.ts';
import { searchStore } from '../data/search-store.ts';
import { httpHandler, route } from '../edge/http-handler.ts';
import { costs } from '../edge/rules.ts';
import { environment } from '../runtime/environment.ts';
import { edgeRules } from '../wiring/edge-rules.ts';

const { TABLE_NAME } = environment('TABLE_NAME');
const table = openTable(TABLE_NAME);
const search = searchMessages({
  search: searchStore(table),
  members: memberStore(table),
  conversations: conversationStore(table),
});

const getFound = route(
  { operation: 'search the messages', query: SearchMessagesSchema, cost: costs.heavy },
  async (principal, { query }) => ({ status: 200, body: await search(principal, query) }),
);

export const handler = httpHandler({ 'GET /v1/search/messages': getFound }, edgeRules(table));
