import { SendMessageFrameSchema } from '../../contract/message.ts';
import { sendMessage } from '../app/send-message.ts';
import { openTable } from '../data/client.ts';
import { sendStores } from '../data/send-stores.ts';
import { publicMessage } from '../domain/message.ts';
import { frameHandler } from '../edge/frame-handler.ts';
import { systemClock as clock } from '../runtime/clock.ts';
import { environment } from '../runtime/environment.ts';
import { digest, systemRandomness as randomness } from '../runtime/randomness.ts';

const { TABLE_NAME } = environment('TABLE_NAME');
const send = sendMessage({ ...sendStores(openTable(TABLE_NAME)), clock, randomness, digest });

export const handler = frameHandler({
  action: 'message.send',
  schema: SendMessageFrameSchema,
  clock,
  act: async ({ userId }, data, connectionId) => {
    const { message } = await send({ ...data, senderId: userId, via: connectionId });
    return { message: publicMessage(message) };
  },
});
