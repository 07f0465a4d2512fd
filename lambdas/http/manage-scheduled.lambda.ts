import { PageSchema } from '../../contract/common.ts';
import { ConversationParamsSchema } from '../../contract/conversation.ts';
import {
  PatchScheduledMessageSchema,
  ScheduledMessageParamsSchema,
  ScheduleMessageSchema,
} from '../../contract/scheduled-message.ts';
import { cancelScheduled, changeScheduled, listScheduled } from '../app/manage-scheduled.ts';
import { scheduleMessage } from '../app/schedule-message.ts';
import { openTable } from '../data/client.ts';
import { conversationStore } from '../data/conversation-store.ts';
import { scheduledStore } from '../data/scheduled-store.ts';
import { publicScheduled } from '../domain/scheduled-message.ts';
import { httpHandler, route } from '../edge/http-handler.ts';
import { costs } from '../edge/rules.ts';
import { schedules } from '../outbound/schedules.ts';
import { systemClock as clock } from '../runtime/clock.ts';
import { environment } from '../runtime/environment.ts';
import { digest, systemRandomness as randomness } from '../runtime/randomness.ts';
import { edgeRules } from '../wiring/edge-rules.ts';
import { uploads } from '../wiring/uploads.ts';

const { TABLE_NAME, SCHEDULES } = environment('TABLE_NAME', 'SCHEDULES');
const table = openTable(TABLE_NAME);
const ports = {
  conversations: conversationStore(table),
  scheduled: scheduledStore(table),
  schedules: schedules(JSON.parse(SCHEDULES)),
  carry: uploads(table),
  clock,
  randomness,
  digest,
};
const [schedule, list] = [scheduleMessage(ports), listScheduled(ports)];
const [change, cancel] = [changeScheduled(ports), cancelScheduled(ports)];

const post = route(
  {
    operation: 'schedule the message',
    params: ConversationParamsSchema,
    body: ScheduleMessageSchema,
    cost: costs.send,
  },
  async (principal, { params, body }) => {
    const { scheduled, isNew } = await schedule(principal, params.conversationId, body);
    return { status: isNew ? 201 : 200, body: { scheduledMessage: publicScheduled(scheduled) } };
  },
);

const get = route(
  {
    operation: 'list the scheduled messages',
    params: ConversationParamsSchema,
    query: PageSchema,
    cost: costs.heavy,
  },
  async ({ userId: senderId }, { params, query }) => ({
    status: 200,
    body: await list({ ...params, senderId }, query),
  }),
);

const patch = route(
  {
    operation: 'change the scheduled message',
    params: ScheduledMessageParamsSchema,
    body: PatchScheduledMessageSchema,
    cost: costs.send,
  },
  async ({ userId: senderId }, { params, body }) => {
    const scheduled = await change({ ...params, senderId }, body);
    return { status: 200, body: { scheduledMessage: publicScheduled(scheduled) } };
  },
);

const remove = route(
  { operation: 'cancel the scheduled message', params: ScheduledMessageParamsSchema, cost: costs.send },
  async ({ userId: senderId }, { params }) => {
    await cancel({ ...params, senderId });
    return { status: 204 };
  },
);

const all = '/v1/conversations/{conversationId}/scheduled-messages';

export const handler = httpHandler(
  {
    [`POST ${all}`]: post,
    [`GET ${all}`]: get,
    [`PATCH ${all}/{scheduledId}`]: patch,
    [`DELETE ${all}/{scheduledId}`]: remove,
  },
  edgeRules(table),
);
