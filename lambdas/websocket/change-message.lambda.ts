import { DeleteMessageFrameSchema, EditMessageFrameSchema } from '../../contract/message.ts';
import { ReactionFrameSchema } from '../../contract/reaction.ts';
import { deleteMessage } from '../app/delete-message.ts';
import { editMessage } from '../app/edit-message.ts';
import { addReaction, removeReaction } from '../app/react.ts';
import { openTable } from '../data/client.ts';
import { messageStores } from '../data/message-stores.ts';
import { publicMessage } from '../domain/message.ts';
import { action, frameHandler } from '../edge/frame-handler.ts';
import { costs } from '../edge/rules.ts';
import { systemClock as clock } from '../runtime/clock.ts';
import { environment } from '../runtime/environment.ts';
import { frameRules } from '../wiring/frame-rules.ts';

const { TABLE_NAME } = environment('TABLE_NAME');
const table = openTable(TABLE_NAME);
const ports = { ...messageStores(table), clock };
const edit = editMessage(ports);
const remove = deleteMessage(ports);
const react = addReaction(ports);
const unreact = removeReaction(ports);

const messageEdit = action(
  EditMessageFrameSchema,
  async (principal, { messageId, ...said }, via) => {
    const message = await edit({ ...principal, via }, messageId, said);
    return { message: publicMessage(message) };
  },
  costs.send,
);

const messageDelete = action(
  DeleteMessageFrameSchema,
  async (principal, { messageId }, via) => {
    const message = await remove({ ...principal, via }, messageId);
    return { message: publicMessage(message) };
  },
  costs.send,
);

const reactionAdd = action(
  ReactionFrameSchema,
  async (principal, { messageId, emoji }, via) => {
    await react({ ...principal, via }, messageId, emoji);
    return {};
  },
  costs.send,
);

const reactionRemove = action(
  ReactionFrameSchema,
  async (principal, { messageId, emoji }, via) => {
    await unreact({ ...principal, via }, messageId, emoji);
    return {};
  },
  costs.send,
);

export const handler = frameHandler(
  {
    'message.edit': messageEdit,
    'message.delete': messageDelete,
    'reaction.add': reactionAdd,
    'reaction.remove': reactionRemove,
  },
  frameRules(table),
);
