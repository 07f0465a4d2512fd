import { ConversationFrameSchema } from '../../contract/live.ts';
import { joinConversation } from '../app/join-conversation.ts';
import { leaveConversation } from '../app/leave-conversation.ts';
import { openTable } from '../data/client.ts';
import { joinedStore } from '../data/joined-store.ts';
import { roomStore } from '../data/room-store.ts';
import { watcherStore } from '../data/watcher-store.ts';
import { action, frameHandler } from '../edge/frame-handler.ts';
import { systemClock as clock } from '../runtime/clock.ts';
import { environment } from '../runtime/environment.ts';
import { frameRules } from '../wiring/frame-rules.ts';

const { TABLE_NAME } = environment('TABLE_NAME');
const table = openTable(TABLE_NAME);
const ports = { rooms: roomStore(table), joined: joinedStore(table), watchers: watcherStore(table), clock };
const join = joinConversation(ports);
const leave = leaveConversation(ports);

const conversationJoin = action(ConversationFrameSchema, ({ userId }, { conversationId }, connectionId) =>
  join({ userId, connectionId }, conversationId),
);

const conversationLeave = action(ConversationFrameSchema, async ({ userId }, { conversationId }, connectionId) => {
  await leave({ userId, connectionId }, conversationId);
  return {};
});

export const handler = frameHandler(
  { 'conversation.join': conversationJoin, 'conversation.leave': conversationLeave },
  frameRules(table),
);
