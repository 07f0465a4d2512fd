import { ConversationParamsSchema } from '../../contract/conversation.ts';
import { HistoryQuerySchema } from '../../contract/message.ts';
import { readHistory } from '../app/read-history.ts';
import { openTable } from '../data/client.ts';
import { messageStore } from '../data/message-store.ts';
import { readerStore } from '../data/reader-store.ts';
import { httpHandler, route } from '../edge/http-handler.ts';
import { costs } from '../edge/rules.ts';
import { systemClock as clock } from '../runtime/clock.ts';
import { environment } from '../runtime/environment.ts';
import { edgeRules } from '../wiring/edge-rules.ts';

const { TABLE_NAME } = environment('TABLE_NAME');
const table = openTable(TABLE_NAME);
const read = readHistory({ readers: readerStore(table), messages: messageStore(table), clock });

const getMessages = route(
  { operation: 'read the messages', params: ConversationParamsSchema, query: HistoryQuerySchema, cost: costs.heavy },
  async (principal, { params, query }) => ({ status: 200, body: await read(principal, { ...query, ...params }) }),
);

export const handler = httpHandler(
  { 'GET /v1/conversations/{conversationId}/messages': getMessages },
  edgeRules(table),
);
