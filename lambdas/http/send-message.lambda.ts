import { ConversationParamsSchema } from '../../contract/conversation.ts';
import { SendMessageSchema } from '../../contract/message.ts';
import { sendMessage } from '../app/send-message.ts';
import { openTable } from '../data/client.ts';
import { sendStores } from '../data/send-stores.ts';
import { publicMessage } from '../domain/message.ts';
import { isService } from '../domain/principal.ts';
import { httpHandler, route } from '../edge/http-handler.ts';
import { costs } from '../edge/rules.ts';
import { systemClock as clock } from '../runtime/clock.ts';
import { environment } from '../runtime/environment.ts';
import { digest, systemRandomness as randomness } from '../runtime/randomness.ts';
import { edgeRules } from '../wiring/edge-rules.ts';
import { uploads } from '../wiring/uploads.ts';

const { TABLE_NAME } = environment('TABLE_NAME');
const table = openTable(TABLE_NAME);
const send = sendMessage({ ...sendStores(table), carry: uploads(table), clock, randomness, digest });

const postMessage = route(
  { operation: 'send the message', params: ConversationParamsSchema, body: SendMessageSchema, cost: costs.send },
  async (principal, { params, body }) => {
    const { message, isNew } = await send({
      ...body,
      ...params,
      senderId: principal.userId,
      isService: isService(principal),
    });
    return { status: isNew ? 201 : 200, body: { message: publicMessage(message) } };
  },
);

export const handler = httpHandler(
  { 'POST /v1/conversations/{conversationId}/messages': postMessage },
  edgeRules(table),
);
