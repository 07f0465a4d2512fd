import { SendMessageFrameSchema } from '../../contract/message.ts';
import { sendMessage } from '../app/send-message.ts';
import { openTable } from '../data/client.ts';
import { sendStores } from '../data/send-stores.ts';
import { publicMessage } from '../domain/message.ts';
import { isService } from '../domain/principal.ts';
import { action, frameHandler } from '../edge/frame-handler.ts';
import { costs } from '../edge/rules.ts';
import { systemClock as clock } from '../runtime/clock.ts';
import { environment } from '../runtime/environment.ts';
import { digest, systemRandomness as randomness } from '../runtime/randomness.ts';
import { frameRules } from '../wiring/frame-rules.ts';
import { uploads } from '../wiring/uploads.ts';

const { TABLE_NAME } = environment('TABLE_NAME');
const table = openTable(TABLE_NAME);
const send = sendMessage({ ...sendStores(table), carry: uploads(table), clock, randomness, digest });

const messageSend = action(
  SendMessageFrameSchema,
  async (principal, data, connectionId) => {
    const { message } = await send({
      ...data,
      senderId: principal.userId,
      via: connectionId,
      isService: isService(principal),
    });
    return { message: publicMessage(message) };
  },
  costs.send,
);

export const handler = frameHandler({ 'message.send': messageSend }, frameRules(table));
