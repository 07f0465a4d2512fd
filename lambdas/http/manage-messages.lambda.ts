import { PageSchema } from '../../contract/common.ts';
import { ConversationParamsSchema } from '../../contract/conversation.ts';
import { EditMessageSchema, ForwardMessageSchema, MessageParamsSchema } from '../../contract/message.ts';
import { ReactionParamsSchema } from '../../contract/reaction.ts';
import { carryCopies } from '../app/carry-files.ts';
import { deleteMessage } from '../app/delete-message.ts';
import { editMessage } from '../app/edit-message.ts';
import { forwardMessage } from '../app/forward-message.ts';
import { pinMessage, unpinMessage } from '../app/pin-message.ts';
import { addReaction, removeReaction } from '../app/react.ts';
import { sendMessage } from '../app/send-message.ts';
import { listPins, listReactions, listReplies, showMessage } from '../app/show-message.ts';
import { openTable } from '../data/client.ts';
import { messageStores } from '../data/message-stores.ts';
import { sendStores } from '../data/send-stores.ts';
import { publicMessage } from '../domain/message.ts';
import { httpHandler, route } from '../edge/http-handler.ts';
import { costs } from '../edge/rules.ts';
import { systemClock as clock } from '../runtime/clock.ts';
import { environment } from '../runtime/environment.ts';
import { digest, systemRandomness as randomness } from '../runtime/randomness.ts';
import { edgeRules } from '../wiring/edge-rules.ts';

const { TABLE_NAME } = environment('TABLE_NAME');
const table = openTable(TABLE_NAME);
const stores = sendStores(table);
const carry = carryCopies({ ...stores, randomness, clock });
const sending = { ...stores, carry, clock, randomness, digest };
const ports = { ...sending, ...messageStores(table), send: sendMessage(sending) };

const show = showMessage(ports);
const edit = editMessage(ports);
const remove = deleteMessage(ports);
const forward = forwardMessage(ports);
const replies = listReplies(ports);
const reactions = listReactions(ports);
const react = addReaction(ports);
const unreact = removeReaction(ports);
const pin = pinMessage(ports);
const unpin = unpinMessage(ports);
const pins = listPins(ports);

const done = { status: 204 };

const getMessage = route(
  { operation: 'show the message', params: MessageParamsSchema },
  async (principal, { params }) => ({ status: 200, body: { message: await show(principal, params.messageId) } }),
);

const patchMessage = route(
  { operation: 'edit the message', params: MessageParamsSchema, body: EditMessageSchema, cost: costs.send },
  async (principal, { params, body }) => {
    const message = await edit(principal, params.messageId, body);
    return { status: 200, body: { message: publicMessage(message) } };
  },
);

const removeMessage = route(
  { operation: 'delete the message', params: MessageParamsSchema, cost: costs.send },
  async (principal, { params }) => {
    await remove(principal, params.messageId);
    return done;
  },
);

const postForward = route(
  {
    operation: 'forward the message',
    params: MessageParamsSchema,
    body: ForwardMessageSchema,
    cost: costs.send,
    furtherWeight: ({ conversationIds }) => conversationIds.length - 1,
  },
  async (principal, { params, body }) => {
    const sent = await forward(principal, params.messageId, body);
    const messages = sent.map(({ message }) => publicMessage(message));
    return { status: sent.some(({ isNew }) => isNew) ? 201 : 200, body: { messages } };
  },
);

const getReplies = route(
  { operation: 'list the replies', params: MessageParamsSchema, query: PageSchema, cost: costs.heavy },
  async (principal, { params, query }) => ({ status: 200, body: await replies(principal, params.messageId, query) }),
);

const getReactions = route(
  { operation: 'list the reactions', params: MessageParamsSchema, query: PageSchema, cost: costs.heavy },
  async (principal, { params, query }) => ({ status: 200, body: await reactions(principal, params.messageId, query) }),
);

const putReaction = route(
  { operation: 'react to the message', params: ReactionParamsSchema, cost: costs.send },
  async (principal, { params }) => {
    await react(principal, params.messageId, params.emoji);
    return done;
  },
);

const removeReactionFrom = route(
  { operation: 'take the reaction back', params: ReactionParamsSchema, cost: costs.send },
  async (principal, { params }) => {
    await unreact(principal, params.messageId, params.emoji);
    return done;
  },
);

const putPin = route(
  { operation: 'pin the message', params: MessageParamsSchema, cost: costs.send },
  async (principal, { params }) => {
    await pin(principal, params.messageId);
    return done;
  },
);

const removePin = route(
  { operation: 'unpin the message', params: MessageParamsSchema, cost: costs.send },
  async (principal, { params }) => {
    await unpin(principal, params.messageId);
    return done;
  },
);

const getPins = route(
  { operation: 'list the pins', params: ConversationParamsSchema, cost: costs.heavy },
  async (principal, { params }) => ({
    status: 200,
    body: { messages: await pins(principal, params.conversationId) },
  }),
);

export const handler = httpHandler(
  {
    'GET /v1/messages/{messageId}': getMessage,
    'PATCH /v1/messages/{messageId}': patchMessage,
    'DELETE /v1/messages/{messageId}': removeMessage,
    'POST /v1/messages/{messageId}/forward': postForward,
    'GET /v1/messages/{messageId}/replies': getReplies,
    'GET /v1/messages/{messageId}/reactions': getReactions,
    'PUT /v1/messages/{messageId}/reactions/{emoji}': putReaction,
    'DELETE /v1/messages/{messageId}/reactions/{emoji}': removeReactionFrom,
    'PUT /v1/messages/{messageId}/pin': putPin,
    'DELETE /v1/messages/{messageId}/pin': removePin,
    'GET /v1/conversations/{conversationId}/pins': getPins,
  },
  edgeRules(table),
);
