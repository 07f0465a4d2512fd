import { PingSchema } from '../../contract/live.ts';
import { ping } from '../app/ping.ts';
import { openTable } from '../data/client.ts';
import { conversationStore } from '../data/conversation-store.ts';
import { action, frameHandler } from '../edge/frame-handler.ts';
import { costs } from '../edge/rules.ts';
import { systemClock as clock } from '../runtime/clock.ts';
import { environment } from '../runtime/environment.ts';
import { frameRules } from '../wiring/frame-rules.ts';

const { TABLE_NAME } = environment('TABLE_NAME');
const table = openTable(TABLE_NAME);
const answer = ping({ conversations: conversationStore(table), clock });

export const handler = frameHandler(
  { ping: action(PingSchema, ({ userId }, { conversationIds }) => answer(userId, conversationIds), costs.light) },
  frameRules(table),
);
