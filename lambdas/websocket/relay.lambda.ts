import { ConversationFrameSchema, SendSignalSchema } from '../../contract/live.ts';
import { sendSignal } from '../app/send-signal.ts';
import { tellTyping } from '../app/tell-typing.ts';
import { type TypingWord, typingThrottle } from '../app/typing-throttle.ts';
import { openTable } from '../data/client.ts';
import { connectionStore } from '../data/connection-store.ts';
import { roomStore } from '../data/room-store.ts';
import { watcherStore } from '../data/watcher-store.ts';
import { action, frameHandler } from '../edge/frame-handler.ts';
import { costs } from '../edge/rules.ts';
import { sockets } from '../outbound/sockets.ts';
import { systemClock as clock } from '../runtime/clock.ts';
import { environment } from '../runtime/environment.ts';
import { frameRules } from '../wiring/frame-rules.ts';

const { TABLE_NAME, CALLBACK_URL } = environment('TABLE_NAME', 'CALLBACK_URL');
const table = openTable(TABLE_NAME);
const ports = {
  rooms: roomStore(table),
  connections: connectionStore(table),
  watchers: watcherStore(table),
  sockets: sockets(CALLBACK_URL),
  throttle: typingThrottle(),
  clock,
};
const tell = tellTyping(ports);
const relay = sendSignal(ports);

const typing = (kind: TypingWord['kind']) =>
  action(
    ConversationFrameSchema,
    async (principal, { conversationId }) => {
      await tell(principal, kind, conversationId);
      return {};
    },
    costs.light,
  );

const signalSend = action(SendSignalSchema, ({ userId }, signal, connectionId) =>
  relay({ userId, connectionId }, signal),
);

export const handler = frameHandler(
  { 'typing.start': typing('typing.started'), 'typing.stop': typing('typing.stopped'), 'signal.send': signalSend },
  frameRules(table),
);
