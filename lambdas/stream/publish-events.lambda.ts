import { memberLists } from '../app/member-lists.ts';
import { publishEvents } from '../app/publish-events.ts';
import { openTable } from '../data/client.ts';
import { eventContextStore } from '../data/event-context-store.ts';
import { changeFrom } from '../data/images.ts';
import { streamHandler } from '../edge/stream-handler.ts';
import { eventBus } from '../outbound/event-bus.ts';
import { environment } from '../runtime/environment.ts';

const { TABLE_NAME, EVENT_BUS } = environment('TABLE_NAME', 'EVENT_BUS');
const context = eventContextStore(openTable(TABLE_NAME));

export const handler = streamHandler({
  operation: 'stream.publishEvents',
  read: ({ after = {} }) => changeFrom(after),
  act: publishEvents({
    context,
    memberLists: memberLists({ membersOf: context.firstMembersOf }),
    bus: eventBus(JSON.parse(EVENT_BUS)),
  }),
});
