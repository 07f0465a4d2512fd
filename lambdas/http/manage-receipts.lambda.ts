import { ConversationParamsSchema } from '../../contract/conversation.ts';
import { MoveWatermarkSchema } from '../../contract/receipt.ts';
import { listReceipts } from '../app/list-receipts.ts';
import { moveWatermark } from '../app/move-watermark.ts';
import { openTable } from '../data/client.ts';
import { conversationStore } from '../data/conversation-store.ts';
import { headAndMembers } from '../data/head-and-members.ts';
import { receiptStore } from '../data/receipt-store.ts';
import { httpHandler, route } from '../edge/http-handler.ts';
import { costs } from '../edge/rules.ts';
import { systemClock as clock } from '../runtime/clock.ts';
import { environment } from '../runtime/environment.ts';
import { edgeRules } from '../wiring/edge-rules.ts';

const { TABLE_NAME } = environment('TABLE_NAME');
const table = openTable(TABLE_NAME);
const conversations = conversationStore(table);
const move = moveWatermark({ conversations, receipts: receiptStore(table), clock });
const list = listReceipts({ conversations, members: { headAndMembers: headAndMembers(table) } });

const postWatermark = (kind: 'read' | 'delivered') =>
  route(
    {
      operation: 'move the watermark',
      params: ConversationParamsSchema,
      body: MoveWatermarkSchema,
      isBodyOptional: true,
    },
    async ({ userId }, { params, body }) => ({ status: 200, body: await move({ ...body, ...params, kind, userId }) }),
  );

const getReceipts = route(
  { operation: 'list the receipts', params: ConversationParamsSchema, cost: costs.heavy },
  async (principal, { params }) => ({
    status: 200,
    body: { receipts: await list(principal, params.conversationId) },
  }),
);

export const handler = httpHandler(
  {
    'POST /v1/conversations/{conversationId}/read': postWatermark('read'),
    'POST /v1/conversations/{conversationId}/delivered': postWatermark('delivered'),
    'GET /v1/conversations/{conversationId}/receipts': getReceipts,
  },
  edgeRules(table),
);
